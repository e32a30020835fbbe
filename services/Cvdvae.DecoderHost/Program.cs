using Cvdvae.DecoderHost;
using Cvdvae.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults(ServiceRoles.Decoder);
builder.AddDecoderHost();

var app = builder.Build();
app.MapServiceDefaults();
app.MapDecoderHost();
await app.RunAsync();
