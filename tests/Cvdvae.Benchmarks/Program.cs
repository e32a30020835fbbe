using System.CommandLine;
using Cvdvae.Benchmarks;

var root = new RootCommand("Measures the model side by side with the official programs; prints Markdown tables.")
{
    DecodeCommand.Create(),
    PlainCommand.Create(),
    TrainingCommand.Create(),
    MemoryCommand.Create(),
    ServingCommand.Create(),
    ServingClientCommand.Create(),
};
return await root.Parse(args).InvokeAsync();
