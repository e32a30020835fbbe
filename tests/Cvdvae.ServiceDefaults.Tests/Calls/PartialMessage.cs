using System.Buffers.Binary;
using System.Net;
using Cvdvae.TestUtils;
using Grpc.Core;

namespace Cvdvae.ServiceDefaults.Tests.Calls;

/// <summary>A call whose message is sent in two parts, over a connection of its own.</summary>
internal sealed class PartialMessage : HttpContent
{
    private const int Rest = 100;

    // Less than after which a server gives up a client that sends nothing more.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    private readonly HttpClient _http = new(new SocketsHttpHandler());
    private readonly TaskCompletionSource _sent = new();
    private readonly TaskCompletionSource _end = new();
    private readonly int _bytes;
    private Task<HttpResponseMessage>? _answer;

    private PartialMessage(int bytes) => _bytes = bytes;

    /// <summary>Sends all but the last bytes of a message of unknown fields, as far as the server takes them.</summary>
    public static async Task<PartialMessage> BeginAsync(string address, int bytes)
    {
        var message = new PartialMessage(bytes);
        message.Headers.ContentType = new("application/grpc");
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"{address}/cvdvae.v1.EncoderService/GetEncoderStatus"))
        {
            Content = message,
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        request.Headers.Add("te", "trailers");
        message._answer = message._http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        await Task.WhenAny(message._sent.Task, message._answer).WithinLimit();
        return message;
    }

    /// <summary>Sends the rest.</summary>
    public async Task EndAsync()
    {
        _end.TrySetResult();
        await ((Task)_answer!).WithinLimit();
    }

    /// <summary>How the call has ended; <see cref="StatusCode.Unknown"/>: not in time, or without a status.</summary>
    public async Task<StatusCode> StatusAsync()
    {
        try
        {
            HttpResponseMessage answer = await _answer!.WaitAsync(Patience);
            await answer.Content.ReadAsByteArrayAsync().WithinLimit();
            string? status = answer.Headers.TryGetValues("grpc-status", out IEnumerable<string>? early) ? early.First()
                : answer.TrailingHeaders.TryGetValues("grpc-status", out IEnumerable<string>? late) ? late.First() : null;
            return status is null ? StatusCode.Unknown : (StatusCode)int.Parse(status, System.Globalization.CultureInfo.InvariantCulture);
        }
        catch (Exception error) when (error is TimeoutException or HttpRequestException or IOException)
        {
            return StatusCode.Unknown;
        }
    }

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        byte[] frame = new byte[5 + _bytes];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), _bytes);

        // One field that the protocol does not have, as long as all of it: 4 bytes of length.
        frame[5] = (14 << 3) | 2;
        int left = _bytes - 5;
        for (int i = 0; i < 4; i++)
        {
            frame[6 + i] = (byte)((left & 0x7f) | (i < 3 ? 0x80 : 0));
            left >>= 7;
        }

        await stream.WriteAsync(frame.AsMemory(0, frame.Length - Rest));
        await stream.FlushAsync();
        _sent.TrySetResult();
        await _end.Task;
        await stream.WriteAsync(frame.AsMemory(frame.Length - Rest));
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    protected override void Dispose(bool disposing)
    {
        _end.TrySetCanceled();
        _http.Dispose();
        base.Dispose(disposing);
    }
}
