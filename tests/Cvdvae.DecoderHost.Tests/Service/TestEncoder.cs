using Cvdvae.Model.Encoding;
using Cvdvae.Model.Packaging;
using Cvdvae.Model.Runtime;
using Cvdvae.ModelHosting.Wire;
using Cvdvae.ServiceDefaults.Errors;
using Cvdvae.ServiceDefaults.Tensors;
using Cvdvae.V1;
using Grpc.Core;
using TorchSharp;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace Cvdvae.DecoderHost.Tests.Service;

/// <summary>An encoder whose answers a test can hold back, spoil or refuse.</summary>
internal sealed class TestEncoder : EncoderService.EncoderServiceBase, IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Path, int Scale), BottomUpEncoder> _networks = [];
    private readonly Dictionary<string, (ModelFolder Folder, ModelPin Pin)> _models = [];
    private TaskCompletionSource _fine = Opened();
    private int _calls;
    private int _running;

    /// <summary>Offers a model.</summary>
    public void Add(string path)
    {
        ModelFolder folder = ModelFolder.Open(path);
        _models[folder.Manifest.Name] = (folder, new ModelPin { Name = folder.Manifest.Name, Version = folder.Manifest.Version, ContentHash = folder.ContentHash() });
    }

    /// <summary>A model as requests name it.</summary>
    public ModelPin PinOf(string name) => _models[name].Pin.Clone();

    /// <summary>Whether it says that it has its models.</summary>
    public bool SaysSo { get; set; } = true;

    /// <summary>Changes what is sent.</summary>
    public Func<EncodeResponse, EncodeResponse?> Spoil { get; set; } = map => map;

    /// <summary>Calls so far.</summary>
    public int Calls => Volatile.Read(ref _calls);

    /// <summary>Calls that have not ended.</summary>
    public int Running => Volatile.Read(ref _running);

    /// <summary>Resolutions that the last call asked for.</summary>
    public IReadOnlyList<uint> Asked { get; private set; } = [];

    /// <summary>Holds back the maps from 8x8 on.</summary>
    public void HoldFineMaps() => _fine = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Sends the maps that were held back.</summary>
    public void ReleaseFineMaps() => _fine.TrySetResult();

    public override async Task Encode(EncodeRequest request, IServerStreamWriter<EncodeResponse> responseStream, ServerCallContext context)
    {
        Interlocked.Increment(ref _calls);
        Interlocked.Increment(ref _running);
        try
        {
            await EncodeAsync(request, responseStream, context);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    public override Task<GetEncoderStatusResponse> GetEncoderStatus(GetEncoderStatusRequest request, ServerCallContext context) =>
        Task.FromResult(new GetEncoderStatusResponse { Models = { SaysSo ? _models.Values.Select(model => model.Pin) : [] } });

    private async Task EncodeAsync(EncodeRequest request, IServerStreamWriter<EncodeResponse> responseStream, ServerCallContext context)
    {
        Asked = [.. request.Resolutions];
        (ModelFolder folder, ModelPin pin) = _models.GetValueOrDefault(request.Model.Name);
        if (pin is null || !pin.Equals(request.Model))
        {
            throw RpcErrors.FailedPrecondition("model.content_hash: another");
        }

        foreach ((int resolution, TensorContent map) in Maps(folder, request))
        {
            if (resolution >= 8)
            {
                await _fine.Task.WaitAsync(context.CancellationToken);
            }

            foreach (V1.Tensor piece in TensorChunks.Split(map, 1000))
            {
                if (Spoil(new EncodeResponse { Resolution = (uint)resolution, FeatureMap = piece }) is { } sent)
                {
                    await responseStream.WriteAsync(sent, context.CancellationToken);
                }
            }
        }
    }

    public void Dispose()
    {
        foreach (BottomUpEncoder network in _networks.Values)
        {
            network.Dispose();
        }
    }

    private BottomUpEncoder NetworkOf(ModelFolder folder, int scale)
    {
        lock (_gate)
        {
            if (!_networks.TryGetValue((folder.FolderPath, scale), out BottomUpEncoder? network))
            {
                network = folder.LoadLowResEncoder(scale, InferenceOptions.Default);
                _networks.Add((folder.FolderPath, scale), network);
            }

            return network;
        }
    }

    private static TaskCompletionSource Opened()
    {
        var source = new TaskCompletionSource();
        source.SetResult();
        return source;
    }

    private List<(int Resolution, TensorContent Map)> Maps(ModelFolder folder, EncodeRequest request)
    {
        BottomUpEncoder encoder = NetworkOf(folder, (int)request.Scale);
        using IDisposable mode = inference_mode();
        using DisposeScope scope = NewDisposeScope();
        Tensor levels = tensor(request.Image.Data.ToByteArray()).reshape([1, .. request.Image.Shape.Select(length => (long)length)]);
        using FeaturePyramid pyramid = encoder.call(PixelInput.Normalize(levels.permute(0, 3, 1, 2), folder.Manifest.Prior));
        return [.. pyramid.Resolutions
            .Where(resolution => request.Resolutions.Count == 0 || request.Resolutions.Contains((uint)resolution))
            .Select(resolution => (resolution, TensorWire.ToWire(pyramid[resolution], request.FeatureType)))];
    }
}
