using System.ComponentModel;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Cvdvae.FunctionalTests.Networks;

/// <summary>Sockets of a network namespace: a socket belongs for good to the one that its thread was in when it was made.</summary>
internal static partial class NamespaceSockets
{
    private const int NetworkNamespace = 0x40000000; // CLONE_NEWNET

    /// <summary>Makes a TCP socket in a namespace.</summary>
    /// <param name="path">The namespace's file, <c>/run/netns/NAME</c>.</param>
    public static Socket Create(string path)
    {
        Socket? socket = null;
        Exception? failure = null;

        // A thread of its own: it stays in the namespace until it ends, and none of the pool's may.
        var thread = new Thread(() =>
        {
            try
            {
                using SafeFileHandle file = File.OpenHandle(path);
                if (SetNamespace(file, NetworkNamespace) != 0)
                {
                    throw new Win32Exception(Marshal.GetLastPInvokeError());
                }

                socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException or Win32Exception or SocketException)
            {
                failure = error;
            }
        });
        thread.Start();
        thread.Join();
        return socket ?? throw new IOException($"{path}: no socket could be made there", failure);
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNamespace(SafeFileHandle file, int kind);
}
