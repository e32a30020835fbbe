using Cvdvae.CommandLine;
using Cvdvae.Trainer.Commands;

using var signals = new StopSignals();
return await TrainerCommandLine.RunAsync(args, Console.Out, Console.Error, signals.Token);
