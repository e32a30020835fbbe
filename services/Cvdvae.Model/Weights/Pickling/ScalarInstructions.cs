namespace Cvdvae.Model.Weights.Pickling;

/// <summary>The instructions that push a number, a text or bytes. False: the instruction is another kind.</summary>
internal sealed class ScalarInstructions(PickleReader reader, PickleStack stack)
{
    private static readonly PickleOpaque Bytes = new("bytes");

    public bool Execute(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.None:
                stack.Push(null);
                return true;
            case PickleOpcode.NewTrue:
                stack.Push(true);
                return true;
            case PickleOpcode.NewFalse:
                stack.Push(false);
                return true;
            case PickleOpcode.BinInt:
                stack.Push((long)(int)reader.ReadUInt32());
                return true;
            case PickleOpcode.BinInt1:
                stack.Push((long)reader.ReadByte());
                return true;
            case PickleOpcode.BinInt2:
                stack.Push((long)reader.ReadUInt16());
                return true;
            case PickleOpcode.Long1:
                stack.Push(PickleNumbers.Whole(reader, reader.ReadByte()));
                return true;
            case PickleOpcode.Long4:
                stack.Push(PickleNumbers.Whole(reader, reader.ReadUInt32()));
                return true;
            case PickleOpcode.Int or PickleOpcode.Long:
                stack.Push(PickleNumbers.Text(reader));
                return true;
            case PickleOpcode.Float:
                stack.Push(PickleNumbers.Float(reader));
                return true;
            case PickleOpcode.BinFloat:
                stack.Push(reader.ReadBigEndianDouble());
                return true;
            default:
                return PushText(opcode);
        }
    }

    private bool PushText(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.ShortBinUnicode or PickleOpcode.ShortBinString:
                stack.Push(reader.ReadText(reader.ReadByte()));
                return true;
            case PickleOpcode.BinUnicode or PickleOpcode.BinString:
                stack.Push(reader.ReadText(reader.ReadUInt32()));
                return true;
            case PickleOpcode.BinUnicode8:
                stack.Push(reader.ReadText(reader.ReadUInt64()));
                return true;
            case PickleOpcode.Unicode:
                stack.Push(reader.ReadLine());
                return true;
            case PickleOpcode.String:
                stack.Push(reader.ReadLine().Trim('\'', '"'));
                return true;
            case PickleOpcode.ShortBinBytes:
                PushBytes(reader.ReadByte());
                return true;
            case PickleOpcode.BinBytes:
                PushBytes(reader.ReadUInt32());
                return true;
            case PickleOpcode.BinBytes8 or PickleOpcode.ByteArray8:
                PushBytes(reader.ReadUInt64());
                return true;
            default:
                return false;
        }
    }

    /// <summary>No tensor comes from bytes, so they are not even read.</summary>
    private void PushBytes(ulong length)
    {
        reader.Skip(length);
        stack.Push(Bytes);
    }
}
