using Xunit;

namespace Cvdvae.Model.Tests;

/// <summary>Tests of what belongs to the whole process (counts, memory, thread settings): nothing else runs meanwhile.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ProcessWide
{
    public const string Name = nameof(ProcessWide);
}
