namespace Cvdvae.ServiceDefaults.Starting;

/// <summary>What somebody may have meant who wrote a name that there is not.</summary>
internal static class NearestName
{
    /// <summary>The name with the fewest mistakes in between; null: none is near enough.</summary>
    /// <param name="written">What was written.</param>
    /// <param name="names">What there is.</param>
    /// <param name="most">Most mistakes.</param>
    public static string? Find(string written, IEnumerable<string> names, int most) => names
        .Select(name => (Name: name, Mistakes: Distance(written, name)))
        .Where(found => found.Mistakes <= most)
        .OrderBy(found => found.Mistakes).ThenBy(found => found.Name, StringComparer.Ordinal)
        .Select(found => found.Name).FirstOrDefault();

    /// <summary>Letters to add, leave out, change or swap with their neighbours, whether they are large or small.</summary>
    public static int Distance(string one, string other)
    {
        (string a, string b) = (one.ToUpperInvariant(), other.ToUpperInvariant());
        int[,] distance = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
        {
            for (int j = 0; j <= b.Length; j++)
            {
                distance[i, j] = i == 0 || j == 0
                    ? i + j
                    : Math.Min(Math.Min(distance[i - 1, j], distance[i, j - 1]) + 1, distance[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    distance[i, j] = Math.Min(distance[i, j], distance[i - 2, j - 2] + 1);
                }
            }
        }

        return distance[a.Length, b.Length];
    }
}
