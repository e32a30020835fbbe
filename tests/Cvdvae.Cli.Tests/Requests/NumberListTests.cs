using System.CommandLine;
using Cvdvae.Cli.Requests;
using Xunit;

namespace Cvdvae.Cli.Tests.Requests;

public sealed class NumberListTests
{
    [Theory]
    [InlineData("3", new[] { 3 })]
    [InlineData("1,2,8", new[] { 1, 2, 8 })]
    [InlineData("2:5", new[] { 2, 3, 4, 5 })]
    [InlineData("1:10:4", new[] { 1, 5, 9 })]
    public void Parse_GoodLists_GivesTheNumbers(string text, int[] expected) => Assert.Equal(expected, Parse(text).GetValue<int[]>("--numbers"));

    [Theory]
    [InlineData("")]
    [InlineData("1,,2")]
    [InlineData("0")]
    [InlineData("5:2")]
    [InlineData("1:10:0")]
    [InlineData("1:10:-1")]
    [InlineData("1:2:3:4")]
    [InlineData("1:5000")]
    [InlineData("10001")]
    public void Parse_BadLists_IsRefused(string text) => Assert.Single(Parse(text).Errors);

    private static ParseResult Parse(string text)
    {
        Option<int[]> option = NumberList.Create("--numbers", "", 1, 10_000);
        return new RootCommand { option }.Parse(["--numbers", text]);
    }
}
