using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Cvdvae.Model.Tests")]
[assembly: InternalsVisibleTo("Cvdvae.Benchmarks")]
[assembly: InternalsVisibleTo("cvdvae-trainer")]
