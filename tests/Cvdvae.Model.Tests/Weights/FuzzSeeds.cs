using Cvdvae.TestUtils;
using static Cvdvae.Model.Tests.Weights.CheckpointBuilder;

namespace Cvdvae.Model.Tests.Weights;

/// <summary>The valid inputs that fuzzing starts from, small so that a change often hits what matters.</summary>
internal static class FuzzSeeds
{
    public static byte[] Data { get; } = Floats([.. Enumerable.Range(0, 24).Select(value => (float)value)]);

    public static byte[][] Pickles { get; } = [SmallOfAll(), Lightning(), OtherInstructions()];

    public static byte[][] Headers { get; } =
    [
        [
            .. """{"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}"""u8,
            .. ""","b":{"dtype":"F16","shape":[],"data_offsets":[24,26]}"""u8,
            .. ""","c":{"dtype":"BOOL","shape":[70],"data_offsets":[26,96]}}"""u8,
        ],
        [
            .. """{"__metadata__":{"format":"pt","\u00e9":"x"}"""u8,
            .. ""","a":{"dtype":"I64","shape":[12],"data_offsets":[0,96]}}   """u8,
        ],
    ];

    public static byte[][] Zips { get; } =
        [.. Pickles.Select(WrapZip), SmallZip(), Content("tiny-vdvae.th"), Content("tiny-srvdvae.ckpt")];

    public static byte[][] Legacies { get; } =
        [.. Pickles.Select(WrapLegacy), SmallLegacy(), Content("tinylegacy-vdvae.th"), Content("tinylegacy-srvdvae.ckpt")];

    public static byte[][] Safetensors { get; } = [.. Headers.Select(WrapSafetensors), Content("tinylegacy-io.safetensors")];

    public static byte[] WrapZip(byte[] pickle) => Zip(pickle, ("0", Data), ("1", Data));

    public static byte[] WrapLegacy(byte[] pickle) => Legacy(pickle, ("0", Data.Length / 4, Data), ("1", Data.Length / 2, Data));

    public static byte[] WrapSafetensors(byte[] header) => [.. BitConverter.GetBytes((long)header.Length), .. header, .. Data];

    private static byte[] Content(string fixture) => File.ReadAllBytes(Fixture.Path(fixture));

    private static byte[] SmallOfAll() => new PickleBuilder().Proto()
        .DictOf("w", p => p.Tensor("FloatStorage", "0", 24, 0, [2, 3, 4], [12, 4, 1]))
        .Text("t").Tensor("FloatStorage", "0", 24, 1, [4, 5], [1, 4]).Op('s')
        .Text("h").Tensor("HalfStorage", "1", 48, 8, [3], [13]).Op('s')
        .Op('.').ToArray();

    private static byte[] Lightning() => new PickleBuilder().Proto()
        .DictOf("epoch", p => p.Op('K').Raw(3))
        .Text("hyper_parameters").Global("argparse", "Namespace").Op(')').Raw(0x81)
        .DictOf("lr", p => p.Op('G').Raw(new byte[8])).Op('b').Op('s')
        .Text("optimizer").Op(']').Op('(').Global("torch", "device").Text("cpu").Raw(0x85).Op('R').Number(1).Op('e').Op('s')
        .Text("state_dict").DictOf("cvae.w", p => p.Tensor("FloatStorage", "0", 24, 0, [24], [1]))
        .Text("cvae.v").Tensor("HalfStorage", "1", 48, 0, [48], [1]).Op('s').Op('s')
        .Op('.').ToArray();

    private static byte[] OtherInstructions() => new PickleBuilder().Proto(5)
        .Op('}').Raw(0x94, 0x95).Int64(2).Raw(0x8c, 1, (byte)'x').Raw(0x8f, (byte)'(', 0x88, 0x89, 0x90).Op('s')
        .Raw(0x8c, 1, (byte)'g').Text("torch").Text("Size").Raw(0x93).Numbers(1, 2).Raw(0x85).Op('R').Op('s')
        .Raw(0x8c, 1, (byte)'b').Op('C').Raw(2, 0, 0).Op('s')
        .Raw(0x8c, 1, (byte)'d').Op('(').Op('N').Op('I').Raw("12\n"u8).Op('d').Op('s')
        .Raw(0x8c, 1, (byte)'l').Op('(').Op('L').Raw("12L\n"u8).Op('F').Raw("1.5\n"u8).Op('l').Op('s')
        .Raw(0x8c, 1, (byte)'i').Op('(').Op('i').Raw("a\nB\n"u8).Op('s')
        .Raw(0x8c, 1, (byte)'o').Op('(').Global("a", "B").Op('o').Op('s')
        .Raw(0x8c, 1, (byte)'r').Op('p').Raw("7\n"u8).Op('g').Raw("7\n"u8).Op('s')
        .Text("state_dict").DictOf("module.w", p => p.Tensor("FloatStorage", "0", 24, 0, [24], [1]))
        .Text("v").Tensor("HalfStorage", "1", 48, 0, [48], [1]).Op('s').Op('s')
        .Op('.').ToArray();
}
