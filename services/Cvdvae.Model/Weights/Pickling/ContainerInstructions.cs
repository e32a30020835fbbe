namespace Cvdvae.Model.Weights.Pickling;

/// <summary>The instructions that make and fill tuples, lists, sets and dicts. False: the instruction is another kind.</summary>
internal sealed class ContainerInstructions(PickleReader reader, PickleStack stack)
{
    public bool Execute(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.EmptyTuple:
                stack.Push(PickleTuple.Empty);
                return true;
            case PickleOpcode.Tuple1:
                stack.Push(new PickleTuple(stack.PopMany(1)));
                return true;
            case PickleOpcode.Tuple2:
                stack.Push(new PickleTuple(stack.PopMany(2)));
                return true;
            case PickleOpcode.Tuple3:
                stack.Push(new PickleTuple(stack.PopMany(3)));
                return true;
            case PickleOpcode.Tuple or PickleOpcode.FrozenSet:
                stack.Push(new PickleTuple(stack.PopToMark()));
                return true;
            case PickleOpcode.EmptyDict:
                stack.Push(new PickleDict());
                return true;
            case PickleOpcode.EmptyList or PickleOpcode.EmptySet:
                stack.Push(new PickleList());
                return true;
            case PickleOpcode.Dict:
                object?[] pairs = stack.PopToMark();
                stack.Push(new PickleDict());
                SetItems(pairs);
                return true;
            case PickleOpcode.List:
                object?[] items = stack.PopToMark();
                stack.Push(new PickleList());
                Append(items);
                return true;
            case PickleOpcode.SetItem:
                SetItems(stack.PopMany(2));
                return true;
            case PickleOpcode.SetItems:
                SetItems(stack.PopToMark());
                return true;
            case PickleOpcode.Append:
                Append(stack.PopMany(1));
                return true;
            case PickleOpcode.Appends or PickleOpcode.AddItems:
                Append(stack.PopToMark());
                return true;
            default:
                return false;
        }
    }

    private void SetItems(object?[] pairs)
    {
        object? target = stack.Peek();
        if (pairs.Length % 2 != 0 || target is not (PickleDict or PickleOpaque))
        {
            throw reader.Invalid("sets items of something that is no dict, or a key without a value");
        }

        for (int index = 0; target is PickleDict dict && index < pairs.Length; index += 2)
        {
            dict.Add(pairs[index], pairs[index + 1]);
        }
    }

    private void Append(object?[] items)
    {
        object? target = stack.Peek();
        if (target is not (PickleList or PickleOpaque))
        {
            throw reader.Invalid("appends to something that is no list");
        }

        foreach (object? item in items)
        {
            (target as PickleList)?.Add(item);
        }
    }
}
