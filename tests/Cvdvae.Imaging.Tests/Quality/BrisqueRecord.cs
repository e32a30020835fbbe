using System.Text.Json;
using Cvdvae.TestUtils;

namespace Cvdvae.Imaging.Tests.Quality;

/// <summary>What another implementation, which was checked against the MATLAB release, computes from a picture.</summary>
/// <param name="Features">Rounded to 7 decimals.</param>
/// <param name="Score">With the model of the release.</param>
internal sealed record BrisqueRecord(double[] Features, double Score)
{
    /// <summary>The records by the names of their pictures.</summary>
    public static IReadOnlyDictionary<string, BrisqueRecord> All { get; } =
        JsonSerializer.Deserialize<Dictionary<string, BrisqueRecord>>(File.ReadAllText(Fixture.Path("brisque.json")), JsonSerializerOptions.Web)!;
}
