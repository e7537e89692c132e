"""A device to test on where there is no GPU: it computes on the CPU, and refuses what a GPU refuses.

`pretend_cuda` refuses a tensor left on the CPU beside those on the device, a generator of the CPU that should draw for
them, and `.numpy()` without `.cpu()`; `pretend_mps` refuses float64 too. Each raises what torch raises on such a GPU, so
that a forgotten `.to(device)` is seen on any machine. What they cannot show: a GPU's rounding, speed, memory and corner
cases.

`sitecustomize.py` beside this file starts the one that COURSE_DEVICE names, for a whole process. Each operation passes
through Python, and takes some hundredths of a millisecond longer.
"""

import os

import torch
from torch.utils.backend_registration import _setup_privateuseone_for_python_backend

NAME = os.environ["COURSE_DEVICE"]


class Module:
    """What torch asks of a device: one of it, whose random numbers are the CPU's."""

    device_count = staticmethod(lambda: 1)
    current_device = staticmethod(lambda: 0)
    is_available = is_initialized = staticmethod(lambda: True)
    _is_in_bad_fork = staticmethod(lambda: False)
    manual_seed_all = staticmethod(lambda seed: None)
    get_rng_state = staticmethod(lambda device=0: torch.get_rng_state())
    set_rng_state = staticmethod(lambda state, device=0: torch.set_rng_state(state))


_setup_privateuseone_for_python_backend(NAME, backend_module=Module())
DEVICE = torch.device(NAME, 0)
ACROSS = {"aten::copy_", "aten::_to_copy"}  # what may read from one device and write to another
INDEXED = {"aten::index", "aten::index_put_", "aten::index_put", "aten::_index_put_impl_", "aten::_unsafe_index"}
TOGETHER = {"aten::cat", "aten::stack"}  # here a single number of the CPU is refused too
REFUSED = {"pretend_cuda": (), "pretend_mps": (torch.float64, torch.complex128)}[NAME]


class PretendTensor(torch.Tensor):
    """A tensor on the device; `on_cpu` holds its numbers."""

    __torch_function__ = torch._C._disabled_torch_function_impl

    @staticmethod
    def __new__(cls, on_cpu):
        if on_cpu.dtype in REFUSED:
            raise TypeError(f"Cannot convert a {NAME} tensor to {on_cpu.dtype}: the device doesn't support it")
        return torch.Tensor._make_wrapper_subclass(
            cls,
            on_cpu.shape,
            strides=on_cpu.stride(),
            storage_offset=on_cpu.storage_offset(),
            dtype=on_cpu.dtype,
            device=DEVICE,
        )

    def __init__(self, on_cpu):
        self.on_cpu = on_cpu

    @classmethod
    def __torch_dispatch__(cls, operation, types, args=(), kwargs=None):
        return run(operation, args, kwargs or {})

    @property
    def data(self):
        return self.detach()

    @data.setter
    def data(self, other):
        torch.Tensor.data.__set__(self, other)
        self.on_cpu = other.on_cpu

    def numpy(self, *, force=False):
        if force:
            return self.detach().cpu().numpy()
        raise TypeError(f"can't convert {DEVICE} device type tensor to numpy. Use Tensor.cpu() first")

    def tolist(self):
        return self.cpu().tolist()

    def __reduce_ex__(self, protocol):
        parts = (self.detach().cpu(), self.dtype, str(self.device), self.requires_grad)
        return torch._utils._rebuild_device_tensor_from_cpu_tensor, parts

    def __format__(self, spec):
        is_number = self.ndim == 0 and not isinstance(self, torch.nn.Parameter)
        return format(self.item(), spec) if is_number else object.__format__(self, spec)

    def __repr__(self, *, tensor_contents=None):
        return f"{repr(self.detach().cpu())[:-1]}, device='{DEVICE}')"


class Generator(torch.Generator):
    """A generator for a device, as torch makes one; that of the device that pretends draws on the CPU."""

    HERE = set()  # by their addresses in C++, since an operation does not see the object that Python passed

    def __new__(cls, device="cpu"):
        is_here = torch.device(device).type == NAME
        generator = super().__new__(cls, "cpu" if is_here else device)
        if is_here:
            cls.HERE.add(generator._cdata)
        return generator

    def __del__(self):
        self.HERE.discard(self._cdata)

    @property
    def device(self):
        return DEVICE if self._cdata in self.HERE else super().device


torch.Generator = Generator


def run(operation, args, kwargs):
    """Do an operation of torch on the CPU; its results are on the device where an argument was, or as `device=` says."""
    name = operation._schema.name
    tensors = tensors_in([*args, *kwargs.values()])
    check_devices(name, args, tensors)
    asked = kwargs.get("device")
    is_here = any(isinstance(tensor, PretendTensor) for tensor in tensors)
    if asked is not None:
        is_here = torch.device(asked).type == NAME
        kwargs = {**kwargs, "device": "cpu" if is_here else asked}
    generator = kwargs.get("generator")
    if is_here and generator is not None and generator._cdata not in Generator.HERE:
        raise RuntimeError(f"Expected a '{NAME}' device type for generator but found 'cpu'")
    result = operation(*on_cpu(args), **on_cpu(kwargs))
    ours = {id(tensor.on_cpu): tensor for tensor in tensors if isinstance(tensor, PretendTensor)}
    for tensor in ours.values():
        if tensor.shape != tensor.on_cpu.shape:  # an operation that changes the shape in place
            torch.Tensor.data.__set__(tensor, PretendTensor(tensor.on_cpu))
    if name == "aten::copy_":
        is_here = isinstance(args[0], PretendTensor)
    return on_device(result, ours) if is_here else result


def check_devices(name, args, tensors):
    """Raise RuntimeError where CUDA would: tensors on two devices, single numbers of the CPU aside."""
    here = [isinstance(tensor, PretendTensor) for tensor in tensors]
    if all(here) or not any(here) or name in ACROSS:
        return
    others = [tensor for tensor, is_here in zip(tensors, here) if not is_here and tensor.ndim > 0]
    if name in INDEXED:  # indices of the CPU are taken to the device
        indices = {id(index) for index in args[1] if index is not None}
        others = [tensor for tensor in others if id(tensor) not in indices]
        if not here[0]:
            raise RuntimeError("indices should be either on cpu or on the same device as the indexed tensor (cpu)")
    written_to_cpu = name.endswith("_") and not here[0]
    if others or written_to_cpu or name in TOGETHER:
        shapes = [f"{tuple(tensor.shape)} on {tensor.device}" for tensor in tensors]
        raise RuntimeError(
            f"Expected all tensors to be on the same device, but found at least two devices, {DEVICE} and cpu! "
            f"({name}: {', '.join(shapes)})"
        )


def tensors_in(values):
    """Return the tensors among values, and in the lists among them, in order."""
    found = []
    for value in values:
        if isinstance(value, torch.Tensor):
            found.append(value)
        elif isinstance(value, (list, tuple)):
            found += tensors_in(value)
    return found


def on_cpu(value):
    """Return value with each tensor of the device, in lists and dicts too, replaced by its numbers."""
    if isinstance(value, PretendTensor):
        return value.on_cpu
    if isinstance(value, (list, tuple)):
        return type(value)([on_cpu(each) for each in value])
    return {key: on_cpu(each) for key, each in value.items()} if isinstance(value, dict) else value


def on_device(value, ours):
    """Return value with each tensor of the CPU put on the device: the tensor in `ours` that holds it, or a new one."""
    if isinstance(value, torch.Tensor):
        return ours.get(id(value)) if id(value) in ours else PretendTensor(value)
    return type(value)([on_device(each, ours) for each in value]) if isinstance(value, (list, tuple)) else value


every = torch.library.Library("_", "IMPL")
every.fallback(lambda operation, *args, **kwargs: run(operation, args, kwargs), "PrivateUse1")
copying = torch.library.Library("aten", "IMPL")  # torch.tensor(..., device=) does not find the fallback of this one
copying.impl("_to_copy", lambda *args, **kwargs: run(torch.ops.aten._to_copy.default, args, kwargs), "PrivateUse1")
