namespace Cvdvae.TestUtils;

/// <summary>Tests that take minutes run only where somebody asks for them: <c>CVDVAE_LONG_TESTS=1 make test</c>, <c>make cluster</c>.</summary>
public static class LongTests
{
    /// <summary>Why they are skipped.</summary>
    public const string Reason = "takes minutes: CVDVAE_LONG_TESTS=1 asks for it";

    /// <summary>Whether they run.</summary>
    public static bool AreAskedFor => Environment.GetEnvironmentVariable("CVDVAE_LONG_TESTS") == "1";
}
