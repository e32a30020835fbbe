using System.CommandLine;
using Cvdvae.Trainer.Commands;

var root = new RootCommand("Trains, imports and verifies the models of CvdvaeGrpc.")
{
    DatasetCommand.Create(),
    PriorCommand.Create(),
    PreviewsCommand.Create(),
    ImportCommand.Create(),
    VerifyCommand.Create(),
};
return await root.Parse(args).InvokeAsync();
