using System.Buffers.Binary;
using System.Net.Http.Headers;
using System.Text;
using Google.Protobuf;

namespace Cvdvae.Gateway.Tests.Web;

/// <summary>A call by gRPC-Web as a browser makes it: a POST over HTTP/1.1, and an answer of frames, the last of which holds the trailers.</summary>
internal static class GrpcWebCall
{
    private const int PrefixBytes = 5;
    private const byte TrailersFlag = 0x80;

    public static HttpRequestMessage Request(string address, string method, IMessage message, string? origin = null)
    {
        byte[] body = new byte[PrefixBytes + message.CalculateSize()];
        BinaryPrimitives.WriteInt32BigEndian(body.AsSpan(1), body.Length - PrefixBytes);
        message.WriteTo(body.AsSpan(PrefixBytes));
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"{address}/cvdvae.v1.SuperResolutionService/{method}"))
        {
            Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/grpc-web+proto") } },
        };
        request.Headers.Add("x-grpc-web", "1");
        if (origin is not null)
        {
            request.Headers.Add("Origin", origin);
        }

        return request;
    }

    /// <summary>The messages of an answer, and its trailers as text.</summary>
    public static (List<T> Messages, string Trailers) Read<T>(byte[] body, MessageParser<T> parser)
        where T : IMessage<T>
    {
        List<T> messages = [];
        string trailers = "";
        for (int offset = 0; offset < body.Length;)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(body.AsSpan(offset + 1));
            ReadOnlySpan<byte> content = body.AsSpan(offset + PrefixBytes, length);
            if ((body[offset] & TrailersFlag) != 0)
            {
                trailers = Encoding.ASCII.GetString(content);
            }
            else
            {
                messages.Add(parser.ParseFrom(content));
            }

            offset += PrefixBytes + length;
        }

        return (messages, trailers);
    }
}
