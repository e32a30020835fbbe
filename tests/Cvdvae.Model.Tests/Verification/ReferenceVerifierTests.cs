using Cvdvae.Model.Verification;
using Xunit;

namespace Cvdvae.Model.Tests.Verification;

public sealed class ReferenceVerifierTests(ITestOutputHelper output)
{
    // Tighter than what a user's model has to meet: 1e-4 of the largest magnitude, 1e-3 for the likelihood.
    internal static double Tolerance(string name) => name.StartsWith("posterior.nll", StringComparison.Ordinal) ? 1e-3 : 1e-4;

    [Theory]
    [InlineData("tiny", "tiny-vdvae.th")]
    [InlineData("tiny", "tiny-srvdvae.ckpt")]
    [InlineData("tinylegacy", "tinylegacy-vdvae.th")]
    [InlineData("tinylegacy", "tinylegacy-srvdvae.ckpt")]
    public void Run_OfficialNumbers_AreEqual(string name, string priorFile)
    {
        using var model = new ReferenceModel(name, priorFile);

        IReadOnlyList<TensorComparison> comparisons = new ReferenceVerifier(model.Prior, model.Encoder, model.Reference, Tolerance).Run();

        foreach (TensorComparison comparison in comparisons)
        {
            output.WriteLine($"{comparison.Name}: {comparison.RelativeError:E2} {comparison.ShareOff}");
        }

        Assert.All(comparisons, comparison => Assert.True(comparison.Passed, $"{comparison.Name}: {comparison.RelativeError:E2}"));
        int inputs = model.Reference.Entries.Keys.Count(key => key.EndsWith(".u8", StringComparison.Ordinal) || key.StartsWith("eps.", StringComparison.Ordinal) || key.StartsWith("dmol.u.", StringComparison.Ordinal));
        Assert.Equal(model.Reference.Entries.Count - inputs, comparisons.Count);
    }

    [Theory]
    [InlineData("tiny")]
    [InlineData("tinylegacy")]
    public void Run_PriorAlone_ComparesItsTensorsAndNamesTheOthers(string name)
    {
        using var model = new ReferenceModel(name, $"{name}-vdvae.th");
        var verifier = new ReferenceVerifier(model.Prior, encoder: null, model.Reference, Tolerance);

        IReadOnlyList<TensorComparison> comparisons = verifier.Run();

        Assert.All(comparisons, comparison => Assert.True(comparison.Passed, $"{comparison.Name}: {comparison.RelativeError:E2}"));
        Assert.Contains(comparisons, comparison => comparison.Name == "posterior.px_z");
        Assert.Contains("y.norm", verifier.NotCompared);
        Assert.Contains("cond.t0.mode.u8.nhwc", verifier.NotCompared);
        Assert.All(verifier.NotCompared, left => Assert.DoesNotContain(comparisons, comparison => comparison.Name == left));
    }
}
