using System.Runtime.CompilerServices;
using Cvdvae.Model.Runtime;
using Xunit.Sdk;
using Xunit.v3;

// The count of live tensors belongs to the whole process.
[assembly: Parallelization(Mode = ParallelMode.None)]

namespace Cvdvae.ModelHosting.Tests;

/// <summary>One thread an operation: the tensors are tiny.</summary>
internal static class TorchSetup
{
    [ModuleInitializer]
    internal static void Apply() => TorchRuntime.Apply(threads: 1);
}
