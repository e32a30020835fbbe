using System.IO.Compression;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Cvdvae.Model.Runtime;

/// <summary>
/// oneDNN's operators on weights that are in its own order already, with what follows them done on the way. libtorch has them for compiled programs, in the namespace <c>mkldnn</c> of its
/// dispatcher; TorchSharp wraps none of them, so a program in TorchScript calls them. All of it is for float32 on a processor; activations are channels-last.
/// </summary>
/// <remarks>
/// Plain convolutions bring their weights into that order at every call, which takes longer than the convolution itself where maps are small, and leave 1x1 convolutions
/// of small batches to MKL, which uses half of the vector width on other makers' processors. A 1x1 convolution is computed as one of 1x2 at every second place of strips of twice the width and half the channels: the
/// same numbers in the same places of memory, and not the kernels for 1x1 that are wrong in some virtual machines (<see cref="OneDnnCheck"/>). The strips, of 64 pixels, stay in the processor's caches for all
/// output channels: of 4 pixels to whole maps, 32 to 256 were the fastest.
/// </remarks>
internal sealed class OneDnnProgram
{
    private const string Source = """
        class Program(Module):
          __parameters__ = []
          __buffers__ = []
          def order_1x1(self: __torch__.Program, weight: Tensor) -> Tensor:
            halves = torch.reshape(weight, [torch.size(weight, 0), 2, -1])
            pairs = torch.contiguous(torch.unsqueeze(torch.permute(halves, [0, 2, 1]), 2))
            return ops.mkldnn._reorder_convolution_weight(pairs, [0, 0], [1, 2], [1, 1], 1, [1, torch.size(pairs, 1), 1, 128])
          def order_3x3(self: __torch__.Program, weight: Tensor, map: Tensor) -> Tensor:
            return ops.mkldnn._reorder_convolution_weight(weight, [1, 1], [1, 1], [1, 1], 1, [1, torch.size(weight, 1), torch.size(map, 0), torch.size(map, 1)])
          def strip(self: __torch__.Program, input: Tensor) -> int:
            pixels = torch.mul(torch.size(input, 2), torch.size(input, 3))
            if torch.eq(torch.remainder(pixels, 64), 0):
              strip = 64
            else:
              strip = pixels
            return strip
          def halves(self: __torch__.Program, input: Tensor) -> Tensor:
            rows = torch.permute(input, [0, 2, 3, 1])
            width = torch.mul((self).strip(input), 2)
            return torch.permute(torch.reshape(rows, [-1, 1, width, torch.floordiv(torch.size(input, 1), 2)]), [0, 3, 1, 2])
          def images(self: __torch__.Program, strips: Tensor, like: Tensor) -> Tensor:
            rows = torch.permute(strips, [0, 2, 3, 1])
            return torch.permute(torch.reshape(rows, [torch.size(like, 0), torch.size(like, 2), torch.size(like, 3), -1]), [0, 3, 1, 2])
          def apply_1x1(self: __torch__.Program, input: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
            output = ops.mkldnn._convolution_pointwise((self).halves(input), weight, bias, [0, 0], [1, 2], [1, 1], 1, "none", annotate(List[Optional[number]], []), None)
            return (self).images(output, input)
          def gelu_1x1(self: __torch__.Program, input: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
            output = ops.mkldnn._convolution_pointwise((self).halves(input), weight, bias, [0, 0], [1, 2], [1, 1], 1, "gelu", annotate(List[Optional[number]], []), "none")
            return (self).images(output, input)
          def apply_3x3(self: __torch__.Program, input: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
            return ops.mkldnn._convolution_pointwise(input, weight, bias, [1, 1], [1, 1], [1, 1], 1, "none", annotate(List[Optional[number]], []), None)
          def gelu_3x3(self: __torch__.Program, input: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
            return ops.mkldnn._convolution_pointwise(input, weight, bias, [1, 1], [1, 1], [1, 1], 1, "gelu", annotate(List[Optional[number]], []), "none")

        """;

    private static readonly Lazy<OneDnnProgram?> Loaded = new(Load);

    private readonly TorchScriptProgram _program;

    private OneDnnProgram(TorchScriptProgram program) => _program = program;

    /// <summary>The program, or null where libtorch comes without oneDNN.</summary>
    public static OneDnnProgram? Instance => Loaded.Value;

    /// <summary>Brings the weight of a 1x1 convolution, (out, in, 1, 1) with an even number of inputs, into oneDNN's order.</summary>
    public Tensor Order1x1(Tensor weight) => _program.Invoke("order_1x1"u8, weight);

    /// <summary>Brings the weight of a 3x3 convolution, (out, in, 3, 3), into oneDNN's order for maps of a size: others cost a way from order to order at each call, slower than the one from libtorch's.</summary>
    /// <param name="weight">The weight.</param>
    /// <param name="side">Side of the maps.</param>
    public Tensor Order3x3(Tensor weight, int side)
    {
        using Tensor map = empty(side, side);
        return _program.Invoke("order_3x3"u8, weight, map);
    }

    /// <summary>The 1x1 convolution of (B, in, H, W) to (B, out, H, W), optionally GELU of it.</summary>
    public Tensor Apply1x1(Tensor input, Tensor weight, Tensor bias, bool activated) =>
        _program.Invoke(activated ? "gelu_1x1"u8 : "apply_1x1"u8, input, weight, bias);

    /// <summary>The 3x3 convolution of (B, in, H, W) to (B, out, H, W), optionally GELU of it.</summary>
    public Tensor Apply3x3(Tensor input, Tensor weight, Tensor bias, bool activated) =>
        _program.Invoke(activated ? "gelu_3x3"u8 : "apply_3x3"u8, input, weight, bias);

    // Every libtorch for x86-64 has oneDNN. Where an operator is missing, reading the program would end the process, not throw.
    private static OneDnnProgram? Load() => RuntimeInformation.ProcessArchitecture == Architecture.X64 ? new OneDnnProgram(TorchScriptProgram.Load(Archive())) : null;

    // What torch.jit.load reads: a module without attributes, pickled, and the code of its class.
    private static byte[] Archive()
    {
        using var bytes = new MemoryStream();
        using (var archive = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            Add(archive, "data.pkl", [0x80, 2, .. "c__torch__\nProgram\n)"u8, 0x81, .. "}b."u8]);
            Add(archive, "code/__torch__.py", System.Text.Encoding.ASCII.GetBytes(Source));
            Add(archive, "constants.pkl", [0x80, 2, .. ")."u8]);
            Add(archive, "version", "3\n"u8);
        }

        return bytes.ToArray();
    }

    private static void Add(ZipArchive archive, string name, ReadOnlySpan<byte> content)
    {
        // PyTorch's reader takes stored entries alone, below one folder.
        using Stream entry = archive.CreateEntry($"program/{name}", CompressionLevel.NoCompression).Open();
        entry.Write(content);
    }
}
