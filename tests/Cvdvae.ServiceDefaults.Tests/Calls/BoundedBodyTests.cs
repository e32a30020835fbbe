using Cvdvae.TestUtils;
using Grpc.Core;
using Xunit;

namespace Cvdvae.ServiceDefaults.Tests.Calls;

/// <summary>Messages that are being received count together, whosever they are.</summary>
public sealed class BoundedBodyTests
{
    private const int MessageBytes = 1 << 20;


    [Fact]
    public async Task Call_MessagesThatAreNotComplete_CountTogetherAndMakeRoomAgain()
    {
        await using ProbeApp probe = await ProbeApp.StartAsync(null, ("Listen:MaxMessageBytes", $"{MessageBytes}"), ("Listen:MaxReceivingBytes", $"{4 * MessageBytes}"));
        string address = probe.Addresses.Grpc!;

        // One address may have half of it: two messages, and of three one is refused.
        await InTime.Until(async () =>
        {
            using PartialMessage first = await PartialMessage.BeginAsync(address, MessageBytes - 100);
            using PartialMessage second = await PartialMessage.BeginAsync(address, MessageBytes - 100);
            using PartialMessage third = await PartialMessage.BeginAsync(address, MessageBytes - 100);
            Task<StatusCode> ended = await Task.WhenAny(first.StatusAsync(), second.StatusAsync(), third.StatusAsync());

            // Small ones take nothing of it.
            await probe.StatusAsync();
            return await ended == StatusCode.ResourceExhausted;
        });

        // A message that is whole gives its part back.
        for (int i = 0; i < 5; i++)
        {
            await InTime.Until(async () =>
            {
                using PartialMessage whole = await PartialMessage.BeginAsync(address, MessageBytes - 100);
                await whole.EndAsync();
                return await whole.StatusAsync() == StatusCode.OK;
            });
        }
    }

    [Fact]
    public async Task Call_LeftInTheMiddle_GivesBackWhatItHeld()
    {
        await using ProbeApp probe = await ProbeApp.StartAsync(null, ("Listen:MaxMessageBytes", $"{MessageBytes}"), ("Listen:MaxReceivingBytes", $"{4 * MessageBytes}"));
        for (int i = 0; i < 20; i++)
        {
            using PartialMessage left = await PartialMessage.BeginAsync(probe.Addresses.Grpc!, MessageBytes - 100);
        }

        await InTime.Until(async () =>
        {
            using var next = await PartialMessage.BeginAsync(probe.Addresses.Grpc!, MessageBytes - 100);
            await next.EndAsync();
            return await next.StatusAsync() != StatusCode.ResourceExhausted;
        });
    }
}
