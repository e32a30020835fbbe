using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Cvdvae.Model.Runtime;

/// <summary>
/// A program in TorchScript whose methods take tensors and return one. It calls the entry points of TorchSharp's native library itself: TorchSharp's own <c>ScriptModule.invoke</c> frees the arguments that it
/// allocated as an array with the operator for a single one, which corrupts the heap of allocators that go by the size (jemalloc, tcmalloc), and takes longer than a small convolution.
/// </summary>
internal sealed unsafe partial class TorchScriptProgram
{
    // LibTorchSharp's numbers (THSJIT.cpp, toIValue and ReturnHelper): of an argument that is a tensor, and of a result that is one.
    private const long TensorArgument = 0;
    private const sbyte TensorResult = 1;

    private const string Library = "LibTorchSharp";
    private const long Cpu = 0;
    private const long NoIndex = -1;

    [ThreadStatic]
    private static Value* t_result;

    // Lives as long as the process.
    private readonly nint _module;

    private TorchScriptProgram(nint module) => _module = module;

    /// <summary>Reads a program from an archive as <c>torch.jit.save</c> writes it. An unknown operator ends the process.</summary>
    /// <exception cref="ExternalException">It can't be read.</exception>
    public static TorchScriptProgram Load(byte[] archive)
    {
        // TorchSharp finds the library.
        InitializeDeviceType(DeviceType.CPU);
        fixed (byte* bytes = archive)
        {
            nint module = LoadModule(bytes, archive.Length, Cpu, NoIndex);
            CheckForErrors();
            return new TorchScriptProgram(module);
        }
    }

    /// <summary>Runs a method.</summary>
    /// <param name="method">Its name, as a literal (which ends with a zero byte).</param>
    /// <param name="arguments">All its arguments.</param>
    /// <returns>What it returns, a new tensor.</returns>
    /// <exception cref="ExternalException">It failed: shapes that don't fit, or no memory.</exception>
    public Tensor Invoke(ReadOnlySpan<byte> method, params ReadOnlySpan<Tensor> arguments)
    {
        Value* values = stackalloc Value[arguments.Length];
        for (int index = 0; index < arguments.Length; index++)
        {
            values[index] = new Value { Kind = TensorArgument, Handle = arguments[index].Handle };
        }

        Value result = default;
        t_result = &result;
        sbyte kind;
        fixed (byte* name = method)
        {
            InvokeModule(_module, name, values, arguments.Length, &ResultPlace, &kind, 0);
        }

        foreach (Tensor argument in arguments)
        {
            GC.KeepAlive(argument);
        }

        CheckForErrors();
        return kind == TensorResult ? Tensor.UnsafeCreateTensor(result.Handle) : throw new NotSupportedException("A method must return one tensor.");
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static Value* ResultPlace(int index, nuint length) => length == 1 ? t_result : null;

    [LibraryImport(Library, EntryPoint = "THSJIT_load_byte_array")]
    private static partial nint LoadModule(byte* bytes, long size, long device, long deviceIndex);

    [LibraryImport(Library, EntryPoint = "THSJIT_Module_invoke")]
    private static partial void InvokeModule(
        nint module, byte* method, Value* arguments, int count, delegate* unmanaged[Cdecl]<int, nuint, Value*> allocate, sbyte* kind, int index);

    // TensorOrScalar of LibTorchSharp (THSJIT.h).
    [StructLayout(LayoutKind.Sequential)]
    private struct Value
    {
        public long Kind;
        public long Index;
        public nint Handle;
    }
}
