using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Cvdvae.Model.Weights;
using Cvdvae.Model.Weights.Bytes;

namespace Cvdvae.Trainer.Evaluation.Perceptual;

/// <summary>
/// The deep-compressed SqueezeNet 1.0 (songhan/SqueezeNet-Deep-Compression, <c>compressed_SqueezeNet.net</c>), under torchvision's names: for each of the 26
/// convolutions the number of its stored weights (uint32), then the convolutions, as <see cref="DeepCompressedLayer"/> says.
/// </summary>
internal sealed class DeepCompressedFile : ITensorSource
{
    private const int CountBytes = sizeof(uint);

    // Index in torchvision's features, channels in, after the squeeze, and from each kind of expansion.
    private static readonly (int Index, int Input, int Middle, int Output)[] Fires =
    [
        (3, 96, 16, 64), (4, 128, 16, 64), (5, 128, 32, 128), (7, 256, 32, 128), (8, 256, 48, 192), (9, 384, 48, 192), (10, 384, 64, 256), (12, 512, 64, 256),
    ];

    private static readonly DeepCompressedLayer[] Layers =
    [
        new("features.0", 96, 3, 7),
        .. Fires.SelectMany(fire => (DeepCompressedLayer[])
        [
            new($"features.{fire.Index}.squeeze", fire.Middle, fire.Input, 1),
            new($"features.{fire.Index}.expand1x1", fire.Output, fire.Middle, 1),
            new($"features.{fire.Index}.expand3x3", fire.Output, fire.Middle, 3),
        ]),
        new("classifier.1", 1000, 512, 1),
    ];

    private readonly Dictionary<string, float[]> _tensors = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TensorEntry> _entries = new(StringComparer.Ordinal);

    private DeepCompressedFile(ReadOnlySpan<byte> content, string origin)
    {
        Origin = origin;
        int[] counts = Counts(content);
        long expected = Layers.Length * CountBytes + Layers.Zip(counts, (layer, count) => (long)layer.ByteLength(count)).Sum();
        if (content.Length != expected)
        {
            throw Invalid($"has {content.Length} bytes where its counts of weights make {expected}: it is {(content.Length < expected ? "cut off" : "followed by something else")}");
        }

        ReadOnlySpan<byte> rest = content[(Layers.Length * CountBytes)..];
        foreach ((DeepCompressedLayer layer, int count) in Layers.Zip(counts))
        {
            (float[] weight, float[] bias) = layer.Decode(rest[..layer.ByteLength(count)], count, origin);
            Add($"{layer.Name}.weight", weight, layer.Outputs, layer.Inputs, layer.Kernel, layer.Kernel);
            Add($"{layer.Name}.bias", bias, layer.Outputs);
            rest = rest[layer.ByteLength(count)..];
        }
    }

    public string Origin { get; }

    public IReadOnlyDictionary<string, TensorEntry> Entries => _entries;

    public IReadOnlyDictionary<string, string> Metadata => ImmutableDictionary<string, string>.Empty;

    /// <summary>Whether a file's first bytes are the counts of this one's first two convolutions. No other accepted format begins with such small numbers.</summary>
    public static bool Begins(ReadOnlySpan<byte> start) => start.Length >= 2 * CountBytes && IsCount(start, 0) && IsCount(start, 1);

    /// <summary>Reads a file.</summary>
    /// <exception cref="InvalidWeightsException">It breaks the format.</exception>
    /// <exception cref="IOException">It can't be read.</exception>
    public static DeepCompressedFile Open(string path)
    {
        using var bytes = new FileBytes(path);
        long most = Layers.Sum(layer => (long)CountBytes + layer.ByteLength(layer.Elements));
        if (bytes.Length > most)
        {
            throw new InvalidWeightsException(path, $"has {bytes.Length} bytes; a deep-compressed SqueezeNet 1.0 has at most {most}");
        }

        byte[] content = new byte[bytes.Length];
        bytes.Read(0, content);
        return new DeepCompressedFile(content, path);
    }

    public void CopyTo(string name, Span<byte> destination)
    {
        this.Require(name, destination);
        MemoryMarshal.AsBytes(_tensors[name].AsSpan()).CopyTo(destination);
    }

    public void Dispose()
    {
        // Everything is in memory.
    }

    private static uint Count(ReadOnlySpan<byte> content, int layer) => BinaryPrimitives.ReadUInt32LittleEndian(content[(layer * CountBytes)..]);

    private static bool IsCount(ReadOnlySpan<byte> content, int layer) => Count(content, layer) is > 0 and var count && count <= Layers[layer].Elements;

    private int[] Counts(ReadOnlySpan<byte> content)
    {
        if (content.Length < Layers.Length * CountBytes)
        {
            throw Invalid($"is cut off: it has {content.Length} bytes, and its counts of weights alone take {Layers.Length * CountBytes}");
        }

        int[] counts = new int[Layers.Length];
        for (int layer = 0; layer < counts.Length; layer++)
        {
            counts[layer] = IsCount(content, layer)
                ? (int)Count(content, layer)
                : throw Invalid($"says that '{Layers[layer].Name}' has {Count(content, layer)} stored weights; accepted are 1 to {Layers[layer].Elements}");
        }

        return counts;
    }

    private void Add(string name, float[] values, params ImmutableArray<long> shape)
    {
        _tensors.Add(name, values);
        _entries.Add(name, new TensorEntry(name, TensorElementType.F32, shape, (long)values.Length * sizeof(float)));
    }

    private InvalidWeightsException Invalid(string problem) => new(Origin, problem);
}
