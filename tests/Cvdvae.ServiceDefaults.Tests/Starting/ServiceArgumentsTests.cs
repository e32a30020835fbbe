using Cvdvae.ServiceDefaults.Starting;
using Xunit;

namespace Cvdvae.ServiceDefaults.Tests.Starting;

public sealed class ServiceArgumentsTests
{
    [Theory]
    [InlineData("--Gateway:MaxSamples", "3")]
    [InlineData("--Gateway:MaxSamples=3")]
    [InlineData("/Gateway:MaxSamples", "3")]
    [InlineData("Gateway:MaxSamples=3")]
    [InlineData("--environment", "Development", "--contentRoot=/tmp")]
    [InlineData("--Shutdown:Delay", "-1", "--Web:Root", "--here")]
    public void Problems_Settings_AreNone(params string[] arguments) => Assert.Empty(ServiceArguments.Problems(arguments));

    [Theory]
    [InlineData("'serve' is no setting", "serve")]
    [InlineData("'-p' is no setting", "-p", "5000")]
    [InlineData("'--' is no setting", "--")]
    [InlineData("--Gateway:MaxSamples has no value", "--Gateway:MaxSamples")]
    [InlineData("'--MaxSamples' has no section; did you mean --Gateway:MaxSamples?", "--MaxSamples", "3")]
    [InlineData("'--maxsampels' has no section; did you mean --Gateway:MaxSamples?", "--maxsampels=3")]
    [InlineData("'--Threads' has no section; did you mean --Torch:Threads?", "--Threads", "3")]
    [InlineData("'--something-else' has no section; write --Section:Option VALUE, or --help", "--something-else", "3")]
    public void Problems_WhatIsNoSetting_IsNamed(string message, params string[] arguments) =>
        Assert.Contains(message, Assert.Single(ServiceArguments.Problems(arguments)), StringComparison.Ordinal);
}
