using Cvdvae.Cli;
using Cvdvae.CommandLine;

using var signals = new StopSignals();
return await CvdvaeCommandLine.RunAsync(args, Console.Out, Console.Error, signals.Token);
