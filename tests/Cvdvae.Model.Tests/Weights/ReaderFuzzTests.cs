using System.Globalization;
using Cvdvae.Model.Weights;
using Xunit;

namespace Cvdvae.Model.Tests.Weights;

/// <summary>
/// Every changed file is either read in full or refused with <see cref="InvalidWeightsException"/>, and costs memory in proportion to
/// its length. The environment variable CVDVAE_FUZZ_INPUTS sets the number of inputs per format (2,000 by default).
/// </summary>
public sealed class ReaderFuzzTests(ITestOutputHelper output)
{
    private const int DefaultInputs = 2_000;

    // Some instructions of one byte make an object of some 24 bytes and grow a list of 8 by doubling it.
    private const long BytesPerInputByte = 64;
    private const long BytesForAnyInput = 64 * 1024;

    private static readonly int Inputs =
        int.TryParse(Environment.GetEnvironmentVariable("CVDVAE_FUZZ_INPUTS"), CultureInfo.InvariantCulture, out int count)
            ? count
            : DefaultInputs;

    [Fact]
    public void Parse_UnchangedSeeds_AreReadInFull()
    {
        Assert.All(FuzzSeeds.Zips.Concat(FuzzSeeds.Legacies), seed => Assert.NotEqual(0, PyTorchCheckpoint.Parse(seed, "seed").ReadAll()));
        Assert.All(FuzzSeeds.Safetensors, seed => Assert.NotEqual(0, SafetensorsFile.Parse(seed, "seed").ReadAll()));
    }

    [Fact]
    public void Parse_ChangedZips_ReadOrRefused() =>
        Fuzz(1, FuzzSeeds.Zips, FuzzSeeds.Pickles, FuzzSeeds.WrapZip, input => PyTorchCheckpoint.Parse(input, "fuzzed"));

    [Fact]
    public void Parse_ChangedLegacyFiles_ReadOrRefused() =>
        Fuzz(2, FuzzSeeds.Legacies, FuzzSeeds.Pickles, FuzzSeeds.WrapLegacy, input => PyTorchCheckpoint.Parse(input, "fuzzed"));

    [Fact]
    public void Parse_ChangedSafetensors_ReadOrRefused() =>
        Fuzz(3, FuzzSeeds.Safetensors, FuzzSeeds.Headers, FuzzSeeds.WrapSafetensors, input => SafetensorsFile.Parse(input, "fuzzed"));

    /// <summary>Half of the inputs are changed files, the others valid containers around a changed pickle or header.</summary>
    private void Fuzz(int seed, byte[][] files, byte[][] parts, Func<byte[], byte[]> wrap, Func<byte[], ITensorSource> parse)
    {
        var mutator = new ByteMutator(seed);
        int read = 0;
        double highestShare = 0;
        for (int number = 0; number < Inputs; number++)
        {
            byte[] input = number % 2 == 0
                ? mutator.Mutate(Pick(mutator, files, number), Pick(mutator, files, number))
                : wrap(mutator.Mutate(Pick(mutator, parts, number), Pick(mutator, parts, number)));
            long before = GC.GetAllocatedBytesForCurrentThread();
            read += TryRead(input, number, parse) ? 1 : 0;
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            long accepted = BytesForAnyInput + BytesPerInputByte * input.Length;
            highestShare = Math.Max(highestShare, (double)allocated / accepted);
            if (allocated > accepted)
            {
                Assert.Fail($"input {number} of {input.Length} bytes allocated {allocated} bytes: {Convert.ToHexString(input)}");
            }
        }

        output.WriteLine(
            $"{Inputs} inputs: {read} read in full, {Inputs - read} refused; at most {highestShare:P0} of the accepted memory");
        Assert.InRange(read, 1, Inputs - 1);
    }

    /// <summary>The fixtures are large and come last: one in twenty inputs may start from them.</summary>
    private static byte[] Pick(ByteMutator mutator, byte[][] seeds, int number)
    {
        byte[][] candidates = number % 20 == 0 ? seeds : [.. seeds.Where(seed => seed.Length < 10_000)];
        return candidates[mutator.Next(candidates.Length)];
    }

    private static bool TryRead(byte[] input, int number, Func<byte[], ITensorSource> parse)
    {
        try
        {
            using ITensorSource source = parse(input);
            source.ReadAll();
            return true;
        }
        catch (InvalidWeightsException)
        {
            return false;
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"input {number}: {Convert.ToHexString(input)}", exception);
        }
    }
}
