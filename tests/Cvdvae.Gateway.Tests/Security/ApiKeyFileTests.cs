using System.Text;
using Cvdvae.Gateway.Security;
using Xunit;

namespace Cvdvae.Gateway.Tests.Security;

public sealed class ApiKeyFileTests
{
    private const string Hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    [Fact]
    public void Read_AllFields_AreTaken()
    {
        IReadOnlyList<ApiKey> keys = ApiKeyFile.Read(Encoding.UTF8.GetBytes($$"""
            {
              "keys": [
                // The first customer.
                {
                  "id": "a", "name": "A.", "sha256": "{{Hash}}", "notAfter": "2030-01-01T00:00:00Z",
                  "quota": { "costPerSecond": 0.5, "costBurst": 10, "requestsPerSecond": 2, "requestBurst": 4, "maxConcurrentCalls": 3 }
                },
              ]
            }
            """));

        ApiKey key = Assert.Single(keys);
        Assert.Equal(("a", Hash), (key.Id, Convert.ToHexStringLower(key.Hash)));
        Assert.Equal(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero), key.NotAfter);
        Assert.Equal(new QuotaOptions { CostPerSecond = 0.5, CostBurst = 10, RequestsPerSecond = 2, RequestBurst = 4, MaxConcurrentCalls = 3 }, key.Quota);
    }

    [Theory]
    [InlineData("", "it is not as it should be")]
    [InlineData("{\"keys\": [{\"id\": \"a\" \"sha256\": \"HASH\"}]}", "line 1: it is no JSON")]
    [InlineData("{\"keys\": [{\"id\": \"a\", \"HASH\": 1}]}", "there is a field that a key does not have")]
    [InlineData("{\"keys\": [{\"id\": \"a\", \"sha256\": \"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"}]}", "'a': sha256 is that of an empty key")]
    [InlineData("{\"keys\": [{\"id\": \"a\", \"sha256\": \"01BA4719C80B6FE911B091A7C05124B64EEECE964E09C058EF8F9805DACA546B\"}]}", "'a': sha256 is that of an empty key")]
    [InlineData("null", "there are no keys in it")]
    [InlineData("[]", "it is not as it should be")]
    [InlineData("{}", "it lacks 'keys'")]
    [InlineData("{\"keys\": null}", "it is not as it should be")]
    [InlineData("{\"keys\": [{\"id\": \"a\"}]}", "it lacks 'sha256'")]
    [InlineData("{\"keys\": [{\"id\": \"\", \"sha256\": \"HASH\"}]}", "an id is not of 1 to 64 characters")]
    [InlineData("{\"keys\": [{\"id\": \"a\", \"sha256\": \"abc\"}]}", "'a': sha256 is not of 64 hexadecimal digits")]
    [InlineData("{\"keys\": [{\"id\": \"a\", \"sha256\": \"HASH\", \"notafter2\": \"2030-01-01\"}]}", "it is not as it should be at $.keys[0].notafter2, line 1: there is no field 'notafter2'; a key has id,")]
    [InlineData("{\"keys\": [{\"id\": \"a\", \"sha256\": \"HASH\", \"notAfter\": \"tomorrow\"}]}", "it is not as it should be at $.keys[0].notAfter, line 1: it is no time as 2030-01-01T00:00:00Z")]
    [InlineData("{\"keys\": [{\"id\": \"a\", \"sha256\": \"HASH\", \"quota\": {\"costPerSecond\": -1}}]}", "'a':CostPerSecond: -1 is not from")]
    [InlineData("{\"keys\": [{\"id\": \"a\", \"sha256\": \"HASH\", \"quota\": {\"cost\": 1}}]}", "it is not as it should be at $.keys[0].quota")]
    [InlineData("{\"keys\": [{\"id\": \"a\", \"sha256\": \"HASH\"}, {\"id\": \"a\", \"sha256\": \"hash\"}]}", "the id 'a' is there more than once")]
    [InlineData("{\"keys\": [{\"id\": \"a\", \"sha256\": \"HASH\"}, {\"id\": \"b\", \"sha256\": \"HASH\"}]}", "'a' and 'b' have the same key")]
    public void Read_SomethingWrong_SaysWhatWithoutAHash(string text, string message)
    {
        string file = text.Replace("HASH", Hash, StringComparison.Ordinal).Replace("hash\"}", Hash[..63] + "0\"}", StringComparison.Ordinal);

        InvalidDataException error = Assert.Throws<InvalidDataException>(() => ApiKeyFile.Read(Encoding.UTF8.GetBytes(file)));

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Hash[..16], error.Message, StringComparison.OrdinalIgnoreCase);
    }
}
