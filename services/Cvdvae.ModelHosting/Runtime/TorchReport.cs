using Cvdvae.Model.Runtime;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TorchSharp;
using static TorchSharp.torch;

namespace Cvdvae.ModelHosting.Runtime;

/// <summary>Says at the start where and how models run, and what is wrong with the processor.</summary>
internal sealed partial class TorchReport(IOptions<TorchOptions> options, InferenceOptions inference, ILogger<TorchReport> logger) : BackgroundService
{
    // Read before any of our code runs: only whoever starts the process can set them.
    private const string Tcmalloc = "LD_PRELOAD=libtcmalloc_minimal.so.4 TCMALLOC_RELEASE_RATE=0";
    private const string OneHeap = "MALLOC_ARENA_MAX=1";

    // Loading libtorch takes its time: the process listens meanwhile.
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => TorchThread.RunAsync(Report, "torch report");

    private void Report()
    {
        options.Value.ApplyToThread();
        Runs(options.Value.Device, options.Value.Precision, get_num_threads());
        bool isOrdered = inference == InferenceOptions.Default && OneDnnCheck.IsOrderedRight;
        if (inference.Device.type == DeviceType.CPU && !isOrdered)
        {
            UsualOrder();
            if (!OneDnnCheck.Is1x1Right(inference.Precision))
            {
                WrongConvolutions();
            }
        }

        if (inference.Device.type == DeviceType.CPU && TorchRuntime.UsesHeapsOfGlibc)
        {
            HeapsOfGlibc(Tcmalloc, OneHeap);
        }
    }

    [LoggerMessage(210, LogLevel.Information, "models run on {Device} in {Precision}, threads of an operation: {Threads}")]
    private partial void Runs(string device, string precision, int threads);

    [LoggerMessage(
        211, LogLevel.Warning, "oneDNN's 1x1 convolutions are wrong on this processor (a virtual machine that hides its caches?): slower matrix products take their place")]
    private partial void WrongConvolutions();

    [LoggerMessage(213, LogLevel.Information, "weights stay in their usual order, which takes longer: oneDNN's own is used for fp32 on x86-64")]
    private partial void UsualOrder();

    [LoggerMessage(
        212, LogLevel.Information, "memory comes from the heaps of glibc: with {Tcmalloc} in the environment networks run faster, those of several requests at once most of all; without tcmalloc {OneHeap} lets large ones run up to a tenth faster")]
    private partial void HeapsOfGlibc(string tcmalloc, string oneHeap);
}
