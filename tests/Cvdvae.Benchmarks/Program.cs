using System.CommandLine;
using Cvdvae.Benchmarks;
using Cvdvae.Benchmarks.Capacity;

var root = new RootCommand("Measures the model side by side with the official programs; prints Markdown tables.")
{
    DecodeCommand.Create(),
    KernelsCommand.Create(),
    PlainCommand.Create(),
    TrainingCommand.Create(),
    MemoryCommand.Create(),
    ServingCommand.Create(),
    ServingClientCommand.Create(),
    CapacityCommand.Create(),
};
return await root.Parse(args).InvokeAsync();
