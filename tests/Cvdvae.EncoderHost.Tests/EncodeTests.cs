using System.Diagnostics;
using Cvdvae.ServiceDefaults.Observability;
using Cvdvae.ServiceDefaults.Tensors;
using Cvdvae.TestUtils;
using Cvdvae.V1;
using Google.Protobuf;
using Grpc.Core;
using Xunit;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace Cvdvae.EncoderHost.Tests;

public sealed class EncodeTests
{
    [Theory]
    [InlineData(false, TensorType.Unspecified, 1e-4)]
    [InlineData(true, TensorType.Float32, 1e-4)]
    [InlineData(false, TensorType.Float16, 1e-3)]
    [InlineData(true, TensorType.Bfloat16, 5e-3)]
    public async Task Encode_ReferenceImages_AreTheOfficialMapsCoarsestFirst(bool unixSocket, TensorType type, double tolerance)
    {
        await using EncoderApp app = await EncoderApp.StartReadyAsync(unixSocket);
        for (int image = 0; image < 2; image++)
        {
            EncodeRequest request = await app.RequestAsync(image);
            request.FeatureType = type;

            List<(int Resolution, TensorContent Map)> maps = await app.EncodeAsync(request);

            ReferenceMaps.AssertClose(image, maps, tolerance);
            Assert.All(maps, map => Assert.Equal(type == TensorType.Unspecified ? TensorType.Float32 : type, map.Map.Type));
        }
    }

    [Fact]
    public async Task Encode_SomeResolutions_AreThoseAlone()
    {
        await using EncoderApp app = await EncoderApp.StartReadyAsync();
        EncodeRequest request = await app.RequestAsync();
        request.Resolutions.AddRange([8, 1, 8]);

        Assert.Equal([1, 8], (await app.EncodeAsync(request)).Select(map => map.Resolution));
    }

    [Fact]
    public async Task Encode_WrongRequests_GetTheStatusOfTheContract()
    {
        await using EncoderApp app = await EncoderApp.StartReadyAsync();
        EncodeRequest good = await app.RequestAsync();

        async Task AssertAsync(StatusCode status, string text, Action<EncodeRequest> change)
        {
            EncodeRequest request = good.Clone();
            change(request);
            RpcException error = await app.RefusedAsync(request);
            Assert.Equal(status, error.StatusCode);
            Assert.Contains(text, error.Status.Detail, StringComparison.Ordinal);
        }

        await AssertAsync(StatusCode.NotFound, "'huge@1' is unknown; available: tiny@1", request => request.Model.Name = "huge");
        await AssertAsync(StatusCode.NotFound, "'tiny@2' is unknown", request => request.Model.Version = "2");
        await AssertAsync(StatusCode.NotFound, "scale: '8' is unknown; the model has 4", request => request.Scale = 8);
        await AssertAsync(StatusCode.NotFound, "scale: '4294967292'", request => request.Scale = unchecked((uint)-4));
        await AssertAsync(StatusCode.FailedPrecondition, "model.content_hash", request => request.Model.ContentHash = new string('0', 64));
        await AssertAsync(StatusCode.InvalidArgument, "model.name", request => request.Model = null);
        await AssertAsync(StatusCode.InvalidArgument, "image.type", request => request.Image = null);
        await AssertAsync(StatusCode.InvalidArgument, "image.type", request => request.Image.Type = TensorType.Float32);
        await AssertAsync(StatusCode.InvalidArgument, "image.shape: '(8, 16, 3)' is not accepted; accepted: (8, 8, 3)", request => request.Image.Shape[1] = 16);
        await AssertAsync(StatusCode.InvalidArgument, "image.shape", request => request.Image.Shape.Add(1));
        await AssertAsync(StatusCode.InvalidArgument, "image.shape", request => request.Image.Shape[0] = uint.MaxValue);
        await AssertAsync(StatusCode.InvalidArgument, "image.data", request => request.Image.Data = ByteString.CopyFrom(new byte[100]));
        await AssertAsync(StatusCode.InvalidArgument, "image.data", request => request.Image.Data = ByteString.CopyFrom(new byte[193]));
        await AssertAsync(StatusCode.InvalidArgument, "image.offset", request => request.Image.Offset = 1);
        await AssertAsync(StatusCode.InvalidArgument, "feature_type", request => request.FeatureType = TensorType.Uint8);
        await AssertAsync(StatusCode.InvalidArgument, "resolutions: '32' is not accepted; accepted: 1, 4, 8", request => request.Resolutions.Add(32));
        await AssertAsync(StatusCode.InvalidArgument, "request_id", request => request.RequestId = "not an id");

        // And it is none the worse for it.
        ReferenceMaps.AssertClose(0, await app.EncodeAsync(good), 1e-4);
    }

    [Fact]
    public async Task Encode_ModelReplaced_OldPinStillRunsAndTheNewOneIsServed()
    {
        await using EncoderApp app = await EncoderApp.StartReadyAsync();
        EncodeRequest old = await app.RequestAsync();

        TinyModel.CreateFolder(app.ModelPath("tiny"), licence: "another");
        await InTime.Until(async () => (await app.PinsAsync())[0].ContentHash != old.Model.ContentHash);

        ReferenceMaps.AssertClose(0, await app.EncodeAsync(old), 1e-4);
        ReferenceMaps.AssertClose(1, await app.EncodeAsync(await app.RequestAsync(1)), 1e-4);
    }

    [Fact]
    public async Task Health_ModelsComeLate_ServesOnceOneIsLoaded()
    {
        await using EncoderApp app = await EncoderApp.StartAsync();
        Assert.Equal(ServingStatus.NotServing, await app.HealthAsync());
        Assert.Equal(ServingStatus.NotServing, await app.HealthAsync(""));
        Assert.Empty(await app.PinsAsync());

        TinyModel.CreateFolder(app.ModelPath("tiny"));
        File.Delete(Path.Combine(app.ModelPath("tiny"), "encoder-x4.safetensors"));
        await InTime.Until(() => app.Logs.Lines.Any(line => line.Text.Contains("is refused", StringComparison.Ordinal)));
        Assert.Equal(ServingStatus.NotServing, await app.HealthAsync());

        TinyModel.CreateFolder(app.ModelPath("tiny"));
        await InTime.Until(async () => await app.HealthAsync() == ServingStatus.Serving);
        ReferenceMaps.AssertClose(0, await app.EncodeAsync(await app.RequestAsync()), 1e-4);
    }

    [Fact]
    public async Task Encode_Many_LeaveNoTensorBehind()
    {
        await using EncoderApp app = await EncoderApp.StartReadyAsync();
        EncodeRequest request = await app.RequestAsync();
        await app.EncodeAsync(request);
        long before = TorchSharp.torch.Tensor.TotalCount;

        for (int i = 0; i < 20; i++)
        {
            await Task.WhenAll(app.EncodeAsync(request), app.EncodeAsync(request));
        }

        // The worker frees a batch's maps just after it has handed over the last of them: those of the first call may still have been counted, so that
        // fewer can be left; a tensor lost in each call would be forty more.
        await InTime.Until(() => TorchSharp.torch.Tensor.TotalCount <= before);
    }

    [Fact]
    public async Task Encode_Traced_HasASpanOfTheForwardInTheCallersTrace()
    {
        var spans = new System.Collections.Concurrent.ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == Telemetry.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        await using EncoderApp app = await EncoderApp.StartReadyAsync();
        EncodeRequest request = await app.RequestAsync();

        using var caller = new Activity("caller") { ActivityTraceFlags = ActivityTraceFlags.Recorded };
        caller.SetIdFormat(ActivityIdFormat.W3C).Start();
        await app.EncodeAsync(request);

        await InTime.Until(() => !spans.IsEmpty);
        Activity span = Assert.Single(spans);
        Assert.Equal("encoder forward", span.OperationName);
        Assert.Equal(caller.TraceId, span.TraceId);
        Assert.Equal(1, span.GetTagItem("cvdvae.batch.images"));
    }
}
