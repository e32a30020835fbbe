namespace Cvdvae.Trainer.Tests.Evaluation.Perceptual;

/// <summary>A file as the deep-compressed SqueezeNet 1.0, with random weights.</summary>
internal sealed class DeepCompressedWriter
{
    public const int Layers = 26;
    private const int LongestGap = 15;
    private const int ValuesBytes = 256 * sizeof(float);

    private static readonly (string Name, int Outputs, int Inputs, int Kernel)[] Convolutions =
    [
        ("features.0", 96, 3, 7),
        .. StateDicts.Fire(3, 96, 16, 64), .. StateDicts.Fire(4, 128, 16, 64), .. StateDicts.Fire(5, 128, 32, 128),
        .. StateDicts.Fire(7, 256, 32, 128), .. StateDicts.Fire(8, 256, 48, 192), .. StateDicts.Fire(9, 384, 48, 192), .. StateDicts.Fire(10, 384, 64, 256),
        .. StateDicts.Fire(12, 512, 64, 256),
        ("classifier.1", 1000, 512, 1),
    ];

    private readonly List<int> _counts = [];
    private readonly List<byte> _body = [];

    public DeepCompressedWriter(int seed)
    {
        var random = new Random(seed);
        foreach ((string name, int outputs, int inputs, int kernel) in Convolutions)
        {
            double density = 0.05 + 0.9 * random.NextDouble();
            int[] shape = [outputs, inputs, kernel, kernel];
            PlainTensor values = PlainTensor.Random(random, Math.Sqrt(2 / (density * inputs * kernel * kernel)), 256);
            values.Values[0] = 0; // what a zero is, where one has to be stored to bridge a longer gap
            PlainTensor bias = PlainTensor.Random(random, 10, outputs);
            byte[] codes = [.. Enumerable.Range(0, outputs * inputs * kernel * kernel).Select(_ => random.NextDouble() < density ? (byte)random.Next(1, 256) : (byte)0)];
            Tensors[$"{name}.weight"] = new PlainTensor(shape, [.. codes.Select(code => values.Values[code])]);
            Tensors[$"{name}.bias"] = bias;
            Add(values.Values, bias.Values, codes);
        }
    }

    /// <summary>The weights as they should come out.</summary>
    public Dictionary<string, PlainTensor> Tensors { get; } = [];

    public byte[] Content => [.. _counts.SelectMany(BitConverter.GetBytes), .. _body];

    /// <summary>Where the first convolution's gaps begin.</summary>
    public int FirstGaps => Layers * sizeof(int) + ValuesBytes + 96 * sizeof(float) + _counts[0];

    private void Add(float[] values, float[] bias, byte[] codes)
    {
        var stored = new List<(byte Code, int Gap)>();
        int gap = 0;
        foreach (byte code in codes)
        {
            if (code != 0 || gap == LongestGap)
            {
                stored.Add((code, gap));
                gap = 0;
            }
            else
            {
                gap++;
            }
        }

        _counts.Add(stored.Count);
        _body.AddRange(values.SelectMany(BitConverter.GetBytes));
        _body.AddRange(bias.SelectMany(BitConverter.GetBytes));
        _body.AddRange(stored.Select(weight => weight.Code));
        _body.AddRange(stored.Chunk(2).Select(pair => (byte)(pair[0].Gap | (pair.Length > 1 ? pair[1].Gap << 4 : 0))));
    }
}
