using System.CommandLine;

namespace Cvdvae.Benchmarks;

/// <summary>The option <c>--precision</c>, which goes with the trainer's <c>--device</c>.</summary>
internal static class PrecisionOption
{
    public static Option<string> Create()
    {
        var option = new Option<string>("--precision") { Description = "type of weights and features", DefaultValueFactory = _ => "fp32" };
        option.AcceptOnlyFromAmong("fp32", "bf16", "fp16");
        return option;
    }
}
