namespace Cvdvae.Model.Weights.Pickling;

/// <summary>
/// Python's pickle machine, restricted to data: containers, numbers, text and PyTorch's tensors. It holds no way to call anything.
/// </summary>
/// <remarks>
/// Values are null, bool, long, BigInteger, double, string, and the types of this namespace. The machine does not recurse, and every
/// instruction takes memory in proportion to its bytes, so a pickle costs no more than its length allows. Containers may hold
/// themselves: whoever walks a result must not follow it without a bound.
/// </remarks>
internal sealed class Unpickler
{
    private const int HighestProtocol = 5;
    private const int MaxNameLength = 1024;

    private readonly PickleReader _reader;
    private readonly StorageTable _storages;
    private readonly PickleStack _stack;
    private readonly PickleMemo _memo;
    private readonly ScalarInstructions _scalars;
    private readonly ContainerInstructions _containers;
    private readonly PickleReductions _reductions;

    private Unpickler(PickleReader reader, StorageTable storages)
    {
        _reader = reader;
        _storages = storages;
        _stack = new PickleStack(reader);
        _memo = new PickleMemo(reader);
        _scalars = new ScalarInstructions(reader, _stack);
        _containers = new ContainerInstructions(reader, _stack);
        _reductions = new PickleReductions(reader);
    }

    /// <summary>Reads one pickle; the reader then stands behind it.</summary>
    public static object? Load(PickleReader reader, StorageTable storages)
    {
        var unpickler = new Unpickler(reader, storages);
        while (true)
        {
            var opcode = (PickleOpcode)reader.ReadByte();
            if (opcode == PickleOpcode.Stop)
            {
                return unpickler._stack.Pop();
            }

            if (!unpickler._scalars.Execute(opcode) && !unpickler._containers.Execute(opcode) && !unpickler.Execute(opcode))
            {
                throw reader.Invalid($"has the instruction 0x{(byte)opcode:x2}, which is not accepted");
            }
        }
    }

    private bool Execute(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.Mark:
                _stack.Mark();
                return true;
            case PickleOpcode.Pop:
                _stack.Discard();
                return true;
            case PickleOpcode.PopMark:
                _stack.PopToMark();
                return true;
            case PickleOpcode.Dup:
                _stack.Push(_stack.Peek());
                return true;
            case PickleOpcode.BinPut:
                _memo.Set(_reader.ReadByte(), _stack.Peek());
                return true;
            case PickleOpcode.LongBinPut:
                _memo.Set(_reader.ReadUInt32(), _stack.Peek());
                return true;
            case PickleOpcode.Put:
                _memo.Set(MemoIndex(), _stack.Peek());
                return true;
            case PickleOpcode.Memoize:
                _memo.Add(_stack.Peek());
                return true;
            case PickleOpcode.BinGet:
                _stack.Push(_memo.Get(_reader.ReadByte()));
                return true;
            case PickleOpcode.LongBinGet:
                _stack.Push(_memo.Get(_reader.ReadUInt32()));
                return true;
            case PickleOpcode.Get:
                _stack.Push(_memo.Get(MemoIndex()));
                return true;
            case PickleOpcode.Proto:
                CheckProtocol(_reader.ReadByte());
                return true;
            case PickleOpcode.Frame:
                _reader.Require(_reader.ReadUInt64());
                return true;
            default:
                return MakeObject(opcode);
        }
    }

    private bool MakeObject(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.Global:
                _stack.Push(new PickleGlobal(_reader.ReadLine(), _reader.ReadLine()));
                return true;
            case PickleOpcode.StackGlobal:
                _stack.Push(_stack.PopMany(2) is [string { Length: <= MaxNameLength } module, string { Length: <= MaxNameLength } name]
                    ? new PickleGlobal(module, name)
                    : throw _reader.Invalid("names a class by something that is no text, or is too long"));
                return true;
            case PickleOpcode.BinPersId:
                _stack.Push(_storages.Resolve(_stack.Pop(), _reader));
                return true;
            case PickleOpcode.Reduce or PickleOpcode.NewObj:
                object?[] call = _stack.PopMany(2);
                _stack.Push(_reductions.Call(call[0], call[1]));
                return true;
            case PickleOpcode.NewObjEx:
                _stack.Push(Placeholder(_stack.PopMany(3)[0]));
                return true;
            case PickleOpcode.Obj:
                _stack.Push(Placeholder(_stack.PopToMark().FirstOrDefault()));
                return true;
            case PickleOpcode.Inst:
                var type = new PickleGlobal(_reader.ReadLine(), _reader.ReadLine());
                _stack.PopToMark();
                _stack.Push(Placeholder(type));
                return true;
            case PickleOpcode.Build:
                // An object's attributes, such as a state dict's _metadata: no value here has any.
                _stack.Pop();
                _stack.Peek();
                return true;
            default:
                return false;
        }
    }

    private PickleOpaque Placeholder(object? type) => type switch
    {
        PickleGlobal global => new PickleOpaque(global),
        PickleOpaque opaque => opaque,
        _ => throw _reader.Invalid("makes an object of something that is no class"),
    };

    private uint MemoIndex() => uint.TryParse(_reader.ReadLine(), out uint index)
        ? index
        : throw _reader.Invalid("has a memo index that is no number");

    private void CheckProtocol(byte protocol)
    {
        if (protocol > HighestProtocol)
        {
            throw _reader.Invalid($"is of protocol {protocol}; accepted are 0 to {HighestProtocol}");
        }
    }
}
