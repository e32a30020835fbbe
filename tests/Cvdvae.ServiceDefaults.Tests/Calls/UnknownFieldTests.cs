using System.Buffers;
using Cvdvae.V1;
using Google.Protobuf;
using Grpc.Core;
using Xunit;

namespace Cvdvae.ServiceDefaults.Tests.Calls;

/// <summary>What the protocol does not have is not kept: who sends it would choose how much memory a message takes.</summary>
public sealed class UnknownFieldTests
{
    private const int Field = 12345;

    public static TheoryData<string> Methods => [.. Binder.Requests.Keys];

    [Theory]
    [MemberData(nameof(Methods))]
    public void Deserialize_UnknownFields_AreDropped(string method)
    {
        using var bytes = new MemoryStream();
        using (var output = new CodedOutputStream(bytes, leaveOpen: true))
        {
            for (int i = 0; i < 1000; i++)
            {
                output.WriteTag(Field, WireFormat.WireType.StartGroup);
                output.WriteTag(Field, WireFormat.WireType.EndGroup);
                output.WriteTag(Field + 1, WireFormat.WireType.LengthDelimited);
                output.WriteString("nobody reads this");
            }
        }

        IMessage message = Binder.Requests[method](bytes.ToArray());

        Assert.Equal(0, message.CalculateSize());
    }

    [Fact]
    public void Deserialize_ManyUnknownGroups_TakesHardlyAnyMemory()
    {
        const int Groups = 2_000_000;
        byte[] bytes = new byte[2 * Groups];
        for (int i = 0; i < Groups; i++)
        {
            (bytes[2 * i], bytes[(2 * i) + 1]) = ((14 << 3) | (int)WireFormat.WireType.StartGroup, (14 << 3) | (int)WireFormat.WireType.EndGroup);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        Binder.Requests[nameof(SuperResolutionService) + ".Upscale"](bytes);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    /// <summary>Collects how the services read their requests.</summary>
    private sealed class Binder(string service) : ServiceBinderBase
    {
        public static readonly Dictionary<string, Func<byte[], IMessage>> Requests = [];

        static Binder()
        {
            SuperResolutionService.BindService(new Binder(nameof(SuperResolutionService)), null!);
            EncoderService.BindService(new Binder(nameof(EncoderService)), null!);
            DecoderService.BindService(new Binder(nameof(DecoderService)), null!);
        }

        public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler) => Add(method);

        public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler) => Add(method);

        public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse>? handler) => Add(method);

        public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse>? handler) => Add(method);

        private void Add<TRequest, TResponse>(Method<TRequest, TResponse> method)
            where TRequest : class
            where TResponse : class
        {
            Requests[$"{service}.{method.Name}"] = bytes => (IMessage)method.RequestMarshaller.ContextualDeserializer(new Payload(bytes));
            Requests[$"{service}.{method.Name} answer"] = bytes => (IMessage)method.ResponseMarshaller.ContextualDeserializer(new Payload(bytes));
        }
    }

    private sealed class Payload(byte[] bytes) : DeserializationContext
    {
        public override int PayloadLength => bytes.Length;

        public override byte[] PayloadAsNewBuffer() => [.. bytes];

        public override ReadOnlySequence<byte> PayloadAsReadOnlySequence() => new(bytes);
    }
}
