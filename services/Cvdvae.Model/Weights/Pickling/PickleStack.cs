namespace Cvdvae.Model.Weights.Pickling;

/// <summary>The pickle machine's stack: values, and marks that group the values above them.</summary>
internal sealed class PickleStack(PickleReader reader)
{
    private const int MaxDepth = 1 << 20;

    private readonly List<object?> _values = [];
    private readonly List<int> _marks = [];

    /// <summary>The index of the first value above the last mark.</summary>
    private int Floor => _marks.Count > 0 ? _marks[^1] : 0;

    public void Push(object? value)
    {
        if (_values.Count >= MaxDepth)
        {
            throw TooDeep();
        }

        _values.Add(value);
    }

    public void Mark()
    {
        if (_marks.Count >= MaxDepth)
        {
            throw TooDeep();
        }

        _marks.Add(_values.Count);
    }

    public object? Peek() => _values.Count > Floor ? _values[^1] : throw Empty();

    public object? Pop()
    {
        object? value = Peek();
        _values.RemoveAt(_values.Count - 1);
        return value;
    }

    /// <summary>Takes off the top value, or the mark where it is on top.</summary>
    public void Discard()
    {
        if (_marks.Count > 0 && _marks[^1] == _values.Count)
        {
            _marks.RemoveAt(_marks.Count - 1);
        }
        else
        {
            Pop();
        }
    }

    /// <summary>Takes off the given number of values, the deepest first.</summary>
    public object?[] PopMany(int count)
    {
        if (_values.Count - Floor < count)
        {
            throw Empty();
        }

        return PopFrom(_values.Count - count);
    }

    /// <summary>Takes off the values above the last mark, the deepest first, and the mark.</summary>
    public object?[] PopToMark()
    {
        if (_marks.Count == 0)
        {
            throw reader.Invalid("needs a mark and there is none");
        }

        int floor = Floor;
        _marks.RemoveAt(_marks.Count - 1);
        return PopFrom(floor);
    }

    private object?[] PopFrom(int start)
    {
        if (start == _values.Count)
        {
            return [];
        }

        object?[] values = new object?[_values.Count - start];
        _values.CopyTo(start, values, 0, values.Length);
        _values.RemoveRange(start, values.Length);
        return values;
    }

    private InvalidWeightsException Empty() => reader.Invalid("takes a value off an empty stack");

    private InvalidWeightsException TooDeep() => reader.Invalid($"stacks over {MaxDepth} values");
}
