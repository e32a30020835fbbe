using System.Runtime.CompilerServices;
using Cvdvae.Model.Runtime;

namespace Cvdvae.DecoderHost.Tests;

/// <summary>One thread an operation: the tests themselves run side by side, and their models are tiny.</summary>
internal static class TorchSetup
{
    [ModuleInitializer]
    internal static void Apply() => TorchRuntime.Apply(threads: 1);
}
