using System.Buffers.Binary;
using TextEncoding = System.Text.Encoding;

namespace Cvdvae.Model.Tests.Weights;

/// <summary>Writes pickles by hand, one instruction at a time.</summary>
internal sealed class PickleBuilder
{
    private readonly List<byte> _bytes = [];

    public byte[] ToArray() => [.. _bytes];

    public PickleBuilder Raw(params ReadOnlySpan<byte> bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    public PickleBuilder Op(char opcode) => Raw((byte)opcode);

    public PickleBuilder Proto(byte version = 2) => Raw(0x80, version);

    public PickleBuilder Text(string value)
    {
        byte[] utf8 = TextEncoding.UTF8.GetBytes(value);
        Op('X').Int32(utf8.Length);
        return Raw(utf8);
    }

    public PickleBuilder Number(long value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        return Raw(0x8a, 8).Raw(bytes);
    }

    public PickleBuilder Int32(int value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        return Raw(bytes);
    }

    public PickleBuilder Int64(long value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        return Raw(bytes);
    }

    public PickleBuilder Global(string module, string name) => Raw(TextEncoding.UTF8.GetBytes($"c{module}\n{name}\n"));

    public PickleBuilder Numbers(params long[] values)
    {
        Op('(');
        foreach (long value in values)
        {
            Number(value);
        }

        return Op('t');
    }

    public PickleBuilder Storage(string kind, string key, long count) =>
        Op('(').Text("storage").Global("torch", kind).Text(key).Text("cpu").Number(count).Op('t').Op('Q');

    /// <summary>_rebuild_tensor_v2 as torch.save writes it.</summary>
    public PickleBuilder Tensor(string kind, string key, long count, long offset, long[] shape, long[] strides) =>
        Global("torch._utils", "_rebuild_tensor_v2").Op('(')
            .Storage(kind, key, count).Number(offset).Numbers(shape).Numbers(strides).Raw(0x89)
            .Global("collections", "OrderedDict").Op(')').Op('R').Op('t').Op('R');

    public PickleBuilder Do(Action<PickleBuilder> write)
    {
        write(this);
        return this;
    }

    /// <summary>A dict of one entry, whose value the caller writes.</summary>
    public PickleBuilder DictOf(string key, Action<PickleBuilder> value) =>
        Op('}').Op('(').Text(key).Do(value).Op('u');
}
