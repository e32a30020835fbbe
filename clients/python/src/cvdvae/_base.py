"""What the clients for threads and for asyncio have in common: their arguments."""
from __future__ import annotations

import abc
from types import MappingProxyType
from typing import Dict, Generic, Iterable, Mapping, Optional, TypeVar, Union

from ._attempts import Attempts
from ._names import LIBRARY, Names, pick
from ._request import make_request
from ._settings import Pem, Settings, read_certificates, read_key
from ._signature import checked
from .enums import ImageFormat, InputFit, PixelSampling, of_number
from .images import ImageInput
from .v1 import super_resolution_service_pb2 as pb

CallT = TypeVar("CallT")

_TLS = ("ca", "cert", "key")
_OLDER_TLS = ("root_certificates", "client_certificate", "client_key")


class ClientBase(abc.ABC, Generic[CallT]):
    """A client of one server."""

    _names: Names = LIBRARY

    @checked
    def __init__(
        self,
        address: str = "http://127.0.0.1:5000",
        *,
        api_key: Optional[str] = None,
        token: Optional[str] = None,
        deadline: Optional[float] = None,
        tls: bool = False,
        ca: Pem = None,
        cert: Pem = None,
        key: Pem = None,
        tls_name: Optional[str] = None,
        connect_timeout: float = 5.0,
        max_attempts: int = 4,
        retry_delay: float = 0.2,
        max_retry_delay: float = 10.0,
        max_message_bytes: int = 64 << 20,
        lost_after: float = 60.0,
        root_certificates: Pem = None,
        client_certificate: Pem = None,
        client_key: Pem = None,
    ) -> None:
        """
        Makes a client; it connects at the first call. ValueError names an argument that can't be used.

        address: ``http://host:port`` (HTTP/2 without TLS), ``https://host:port``, ``unix:/path/of/socket``, or ``dns:///name:port``, which
            spreads calls over all the addresses of a name.
        api_key: sent as ``x-api-key``.
        token: bearer token (a JWT), sent as ``authorization``.
        deadline: longest time of a call with all its attempts, in seconds; None, or ``math.inf``: no limit. An upscale ends by then with what is
            finished; DeadlineExceeded is raised only where there is no image at all.
        tls: whether a ``dns:///`` address is reached over TLS.
        ca: PEM, or a file of it, of whom to trust; None: those that come with grpc.
        cert, key: PEM, or files of it, of this client's certificate (and those between it and its authority) and its private key, for
            servers that ask for one.
        tls_name: name that the server's certificate is for, where it is not the address's.
        connect_timeout: longest time to set up a connection, in seconds.
        max_attempts: attempts of a call that fails before the server has admitted it, 1 (no retries) to 20.
        retry_delay: seconds before the first retry; they double with each one and are shortened at random by up to half.
        max_retry_delay: longest wait before a retry. A server that asks for a longer one is taken at its word: the call fails at once, and
            the error says how long to wait.
        max_message_bytes: largest message that is accepted. A raw 1024x1024 image is 3 MiB.
        lost_after: seconds after which a call that hears nothing while there is no connection is given up as ConnectionFailed. The last calls
            of a server that stops go on without a new connection, so it should be longer than servers take for that (30 s by default).
        root_certificates, client_certificate, client_key: other names of ca, cert and key.
        """
        older = root_certificates is not None or client_certificate is not None or client_key is not None
        used = dict(zip(_TLS, _OLDER_TLS if older else map(self._names.argument, _TLS)))
        ca = pick(used, "ca", ca=ca, root_certificates=root_certificates)
        cert = pick(used, "cert", cert=cert, client_certificate=client_certificate)
        key = pick(used, "key", key=key, client_key=client_key)
        self._settings = Settings(
            address=address,
            tls=tls,
            ca=read_certificates(used["ca"], ca),
            cert=read_certificates(used["cert"], cert),
            key=read_key(used["key"], key),
            tls_names=(used["ca"], used["cert"], used["key"]),
            tls_name=tls_name,
            api_key=api_key,
            token=token,
            deadline=deadline,
            connect_timeout=connect_timeout,
            max_attempts=max_attempts,
            retry_delay=retry_delay,
            max_retry_delay=max_retry_delay,
            max_message_bytes=max_message_bytes,
            lost_after=lost_after,
        )
        self._open()

    @checked
    def upscale(
        self,
        image: ImageInput,
        *,
        samples: Optional[int] = None,
        scale: Optional[int] = None,
        seed: Optional[int] = None,
        temperature: Optional[float] = None,
        encoder_temperature: Optional[float] = None,
        prior_temperature: Optional[float] = None,
        pixel_sampling: Union[PixelSampling, str, None] = None,
        consistency: Optional[bool] = None,
        fit: Union[InputFit, str, None] = None,
        preview_format: Union[ImageFormat, str, None] = None,
        result_format: Union[ImageFormat, str, None] = None,
        quality: Optional[int] = None,
        preview_resolutions: Iterable[int] = (),
        stop_at: Optional[int] = None,
        report_groups: bool = False,
        model: str = "",
        deadline: Optional[float] = None,
        request_id: Optional[str] = None,
        api_key: Optional[str] = None,
        token: Optional[str] = None,
        sample_count: Optional[int] = None,
        enforce_consistency: Optional[bool] = None,
        input_fit: Union[InputFit, str, int, None] = None,
        stop_at_resolution: Optional[int] = None,
    ) -> CallT:
        """
        Draws samples of a low-resolution image, to be iterated over: the call begins with the first event that is asked for.

        image: a file's bytes, its path, an open binary file, a Pillow image or a numpy array (uint8, height x width x 3).
        samples: samples to draw; None: 1.
        scale: factor between the sides of result and input; None: from the image's size.
        seed: seed of what is drawn; None: the server draws one, which Started tells.
        temperature: of all latent groups, 0 to 10; encoder_temperature and prior_temperature set it for the groups that the image
            conditions and for the others. None: the model's.
        pixel_sampling: ``"sample"``, ``"mode"`` or ``"mean"``; None: the model's.
        consistency: makes the results agree with the input when they are downscaled.
        fit: ``"exact"`` (the default) refuses an image of another size, ``"crop"`` takes its middle square and resizes it.
        preview_format, result_format: ``"png"`` (the default), ``"jpeg"``, ``"webp"`` or ``"raw"``; quality, 1 to 100, is for JPEG and WebP.
        preview_resolutions: resolutions to preview; none: all below the full one.
        stop_at: last resolution to compute; its preview is the result.
        report_groups: asks for GroupDecoded events.
        model: ``name`` or ``name@version``; empty: the server's default.
        deadline, api_key, token: in place of the client's; a deadline of ``math.inf`` is none.
        request_id: identity of the call in the server's logs, 1 to 128 letters, digits, ``-``, ``_``, ``.`` or ``:``; None: the server's.
        sample_count, enforce_consistency, input_fit, stop_at_resolution: the protocol's names of samples, consistency, fit (which takes the
            protocol's numbers here) and stop_at.

        ValueError and TypeError name an argument that can't be sent; CvdvaeError is raised by the iteration.
        """
        used: Dict[str, str] = {}
        samples = pick(used, "sample_count", samples=samples, sample_count=sample_count)
        consistency = pick(used, "enforce_consistency", consistency=consistency, enforce_consistency=enforce_consistency)
        if isinstance(input_fit, int):
            input_fit = of_number(InputFit, "input_fit", input_fit)
        fit = pick(used, "input_fit", fit=fit, input_fit=input_fit)
        stop_at = pick(used, "stop_at_resolution", stop_at=stop_at, stop_at_resolution=stop_at_resolution)
        if temperature is not None:
            own = {"encoder_temperature": encoder_temperature, "prior_temperature": prior_temperature}
            used.update({field: "temperature" for field, value in own.items() if value is None})
        request = make_request(
            image,
            samples=1 if samples is None else samples,
            scale=scale,
            seed=seed,
            temperature=temperature,
            encoder_temperature=encoder_temperature,
            prior_temperature=prior_temperature,
            pixel_sampling=pixel_sampling,
            consistency=False if consistency is None else consistency,
            fit=fit,
            preview_format=preview_format,
            result_format=result_format,
            quality=quality,
            preview_resolutions=preview_resolutions,
            stop_at=stop_at,
            report_groups=report_groups,
            model=model,
            used=used,
        )
        return self._begin(request, self._attempts(deadline, request_id, api_key, token, used, request.ByteSize()))

    def _attempts(
        self,
        deadline: Optional[float],
        request_id: Optional[str],
        api_key: Optional[str],
        token: Optional[str],
        used: Mapping[str, str] = MappingProxyType({}),
        request_bytes: Optional[int] = None,
    ) -> Attempts:
        """A call's attempts; used has the names of its arguments where they are not the usual ones."""
        names = self._names.calling(**used)
        return Attempts(self._settings, deadline, request_id, api_key, token, names, request_bytes=request_bytes)

    @abc.abstractmethod
    def _open(self) -> None:
        """Makes the channel."""

    @abc.abstractmethod
    def _begin(self, request: pb.UpscaleRequest, attempts: Attempts) -> CallT:
        """The call of a request."""
