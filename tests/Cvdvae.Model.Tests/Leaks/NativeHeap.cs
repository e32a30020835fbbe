using System.Runtime.InteropServices;

namespace Cvdvae.Model.Tests.Leaks;

/// <summary>
/// What is allocated from the C library, where libtorch's buffers and graphs are. The working set would also show what the allocator and the
/// garbage collector keep for later, which comes and goes by tens of megabytes.
/// </summary>
internal static class NativeHeap
{
    /// <summary>Bytes in use; 0 where the C library is not glibc.</summary>
    public static long BytesInUse()
    {
        if (!OperatingSystem.IsLinux())
        {
            return 0;
        }

        try
        {
            Statistics statistics = ReadStatistics();
            return (long)(statistics.HeapBytes + statistics.MappedBytes);
        }
        catch (EntryPointNotFoundException)
        {
            return 0;
        }
    }

    [DllImport("libc", EntryPoint = "mallinfo2", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern Statistics ReadStatistics();

    // struct mallinfo2 of glibc 2.33 and later; field names there: hblkhd, uordblks.
    [StructLayout(LayoutKind.Explicit, Size = 10 * sizeof(ulong))]
    private readonly struct Statistics
    {
        [FieldOffset(4 * sizeof(ulong))]
        public readonly ulong MappedBytes;

        [FieldOffset(7 * sizeof(ulong))]
        public readonly ulong HeapBytes;
    }
}
