using System.Runtime.CompilerServices;
using Cvdvae.Model.Runtime;
using Xunit.Sdk;
using Xunit.v3;

// libtorch's generator belongs to the whole process, and training seeds it: side by side the tests would change each other's numbers.
[assembly: Parallelization(Mode = ParallelMode.None)]

namespace Cvdvae.Trainer.Tests;

/// <summary>One thread an operation: the models are tiny.</summary>
internal static class TorchSetup
{
    [ModuleInitializer]
    internal static void Apply() => TorchRuntime.Apply(threads: 1);
}
