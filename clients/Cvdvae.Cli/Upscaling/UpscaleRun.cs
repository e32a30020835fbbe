using Cvdvae.Client;
using Cvdvae.Imaging;
using Cvdvae.V1;

namespace Cvdvae.Cli.Upscaling;

/// <summary>One call: its images go to files as they come, the contact sheet last.</summary>
/// <param name="client">The server.</param>
/// <param name="folder">Where files go.</param>
/// <param name="progress">Shows how far it is.</param>
/// <param name="time">Clock of what is measured.</param>
internal sealed class UpscaleRun(SuperResolutionClient client, OutputFolder folder, IUpscaleProgress progress, TimeProvider time)
{
    private const int AnyQuality = 100; // PNG has none

    // The deadline is one of the drawing: before it a connection is made, and the models are asked for.
    private static readonly TimeSpan LeastTimeForModels = TimeSpan.FromSeconds(10);
    private readonly SampleSheet _sheet = new();
    private readonly SortedDictionary<int, (string Path, int Side, double Psnr)> _results = [];
    private StartedEvent? _started;
    private TimeSpan? _firstPreview;
    private TimeSpan _elapsed;
    private long _start;

    /// <summary>Whether previews are written.</summary>
    public bool Previews { get; init; } = true;

    /// <summary>Makes the call.</summary>
    /// <exception cref="SuperResolutionException">The call failed.</exception>
    /// <exception cref="IOException">A file can't be written.</exception>
    public async Task<UpscaleOutcome> RunAsync(UpscaleRequest request, CallSettings settings, CancellationToken stop)
    {
        CallSettings patient = settings.Deadline < LeastTimeForModels ? settings with { Deadline = LeastTimeForModels } : settings;
        ListModelsResponse models = await client.ListModelsAsync(patient, stop);
        ModelInfo? model = Find(models, request.Model);
        request.ReportGroups = progress.WantsGroups && model is not null;
        if (!Previews && settings.Deadline is null && model is { Resolutions.Count: > 1 })
        {
            // There is no way to ask for none: the coarsest costs next to nothing. With a deadline each may become a result.
            request.PreviewResolutions.Clear();
            request.PreviewResolutions.Add(model.Resolutions[0].Resolution);
        }

        CompletedEvent? completed = null;
        _start = time.GetTimestamp();
        await foreach (UpscaleEvent item in client.UpscaleAsync(request, settings, stop))
        {
            if (item is StartedEvent started)
            {
                _started = started;
                progress.Started(started, ResolutionWork.Of(started, request, model));
            }

            await TakeAsync(item, stop);
            completed = item as CompletedEvent ?? completed;
        }

        RgbImage page = _sheet.Render(Input(request), _started!.OutputSize);
        string sheet = await folder.WriteAsync("sheet.png", ImageCodec.Encode(page, ImageEncoding.Png, AnyQuality), stop);
        return new UpscaleOutcome(_started, completed!, _firstPreview, _elapsed, [.. _results.Values], (int)request.SampleCount, sheet);
    }

    private async Task TakeAsync(UpscaleEvent item, CancellationToken stop)
    {
        TimeSpan elapsed = time.GetElapsedTime(_start);
        switch (item)
        {
            case GroupDecodedEvent group:
                progress.GroupDecoded(group.Resolution);
                break;
            case PreviewEvent preview:
                _firstPreview ??= elapsed;
                if (Previews)
                {
                    await folder.WriteAsync(preview, stop);
                    _sheet.Add(preview);
                }

                progress.ImageWritten(preview.Resolution, elapsed);
                break;
            case ResultEvent result:
                _elapsed = elapsed;
                _results[result.SampleIndex] = (await folder.WriteAsync(result, stop), result.Image.Width, result.LowResolutionPsnr);
                _sheet.Add(result);
                progress.ImageWritten(result.Image.Width, elapsed);
                break;
        }
    }

    /// <summary>The image as the model saw it; null where this program can't read what the server could.</summary>
    private RgbImage? Input(UpscaleRequest request)
    {
        try
        {
            return MiddleSquare.Resized(ImageCodec.Decode(request.Image.Span, ImageDecodeLimits.Default), _started!.InputSize);
        }
        catch (InvalidImageException)
        {
            return null;
        }
    }

    private static ModelInfo? Find(ListModelsResponse models, string name)
    {
        string wanted = name.Length > 0 ? name : models.DefaultModel;
        return models.Models.FirstOrDefault(model => wanted == model.Name || wanted == $"{model.Name}@{model.Version}");
    }
}
