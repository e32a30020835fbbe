using Cvdvae.CommandLine;
using Cvdvae.LoadGenerator;

using var stop = new StopSignals();
return await CommandRun.InvokeAsync(
    LoadCommand.Create(), args, Console.Out, Console.Error, error => error is IOException ? error.Message : null, stop.Token);
