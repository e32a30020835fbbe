using Xunit;

namespace Cvdvae.DecoderHost.Tests;

/// <summary>Tests of what belongs to the whole process, as the count of tensors: nothing else runs meanwhile.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ProcessWide
{
    public const string Name = nameof(ProcessWide);
}
