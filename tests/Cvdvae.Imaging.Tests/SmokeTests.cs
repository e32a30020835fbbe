using Xunit;
namespace Cvdvae.Imaging.Tests;
public sealed class SmokeTests
{
    [Fact]
    public void One_IsOne() => Assert.Equal(1, 1);
}
