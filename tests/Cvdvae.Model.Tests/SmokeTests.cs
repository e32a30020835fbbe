using Xunit;
using static TorchSharp.torch;

namespace Cvdvae.Model.Tests;

public sealed class SmokeTests
{
    [Fact]
    public void Libtorch_OnThisMachine_Loads() => Assert.Equal(3f, ones(3).sum().item<float>());
}
