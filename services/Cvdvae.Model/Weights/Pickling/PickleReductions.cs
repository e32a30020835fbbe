using System.Collections.Immutable;

namespace Cvdvae.Model.Weights.Pickling;

/// <summary>
/// The few constructor calls that are understood. Every other call becomes a placeholder; none is made.
/// </summary>
internal sealed class PickleReductions(PickleReader reader)
{
    // Copying the pairs of the same list again and again would make a small file cost a lot of memory.
    private long _pairBudget = reader.Remaining;

    public object Call(object? callable, object? arguments) => callable switch
    {
        PickleGlobal global => Call(global, arguments),
        PickleOpaque opaque => opaque,
        _ => throw reader.Invalid("calls a value that is no class or function"),
    };

    private object Call(PickleGlobal global, object? arguments)
    {
        object?[] items = arguments is PickleTuple tuple ? tuple.Items : [];
        return (global.Module, global.Name) switch
        {
            ("collections", "OrderedDict") => OrderedDict(items),
            ("torch._utils", "_rebuild_tensor") when items.Length == 4 => Tensor(items),
            ("torch._utils", "_rebuild_tensor_v2") when items.Length is 6 or 7 => Tensor(items),
            ("torch._utils", "_rebuild_tensor" or "_rebuild_tensor_v2") =>
                throw reader.Invalid($"calls {global} with {items.Length} arguments"),
            ("torch._utils", "_rebuild_parameter" or "_rebuild_parameter_with_state")
                when items is [PickleTensor or PickleOpaque, ..] => items[0]!,
            ("torch", "Size") when items is [PickleTuple] => items[0]!,
            _ => new PickleOpaque(global),
        };
    }

    private PickleDict OrderedDict(object?[] arguments)
    {
        var dict = new PickleDict();
        if (arguments is not [PickleList pairs])
        {
            return arguments.Length == 0 ? dict : throw reader.Invalid("makes an OrderedDict of something that is no list");
        }

        _pairBudget -= pairs.Items.Count;
        if (_pairBudget < 0)
        {
            throw reader.Invalid("makes OrderedDicts of the same list too often");
        }

        foreach (object? pair in pairs.Items)
        {
            switch (pair)
            {
                case PickleTuple { Items: [var key, var value] }:
                    dict.Add(key, value);
                    break;
                case PickleList { Items: [var key, var value] }:
                    dict.Add(key, value);
                    break;
                default:
                    throw reader.Invalid("makes an OrderedDict of something that is no pair");
            }
        }

        return dict;
    }

    private object Tensor(object?[] arguments)
    {
        if (arguments[0] is PickleOpaque opaque)
        {
            return opaque;
        }

        if (arguments is not [PickleStorage storage, long offset, PickleTuple size, PickleTuple stride, ..])
        {
            throw reader.Invalid("makes a tensor of something other than (storage, offset, size, stride, ...)");
        }

        if (offset < 0 || size.Items.Length != stride.Items.Length || size.Items.Length > TensorSize.MaxRank)
        {
            throw reader.Invalid(
                $"makes a tensor with offset {offset}, {size.Items.Length} dimensions and {stride.Items.Length} strides;"
                + $" accepted are an offset from 0, and as many strides as dimensions, at most {TensorSize.MaxRank}");
        }

        return new PickleTensor(storage, offset, Numbers(size, "size"), Numbers(stride, "stride"));
    }

    private ImmutableArray<long> Numbers(PickleTuple tuple, string what)
    {
        var numbers = ImmutableArray.CreateBuilder<long>(tuple.Items.Length);
        foreach (object? item in tuple.Items)
        {
            numbers.Add(item is long number and >= 0
                ? number
                : throw reader.Invalid($"makes a tensor with a {what} that is not made of whole numbers from 0"));
        }

        return numbers.MoveToImmutable();
    }
}
