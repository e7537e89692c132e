"""A stand-in for Apple's GPU on any machine: its tensors say that they are on mps, and none of them is float64."""

import torch
from torch.__future__ import set_overwrite_module_params_on_conversion
from torch.overrides import TorchFunctionMode
from torch.utils._pytree import tree_leaves, tree_map

APPLE = torch.device("mps")
REFUSAL = "Cannot convert a MPS Tensor to float64 dtype as the MPS framework doesn't support float64."


class OnApple(torch.Tensor):
    """A tensor on the stand-in; `inside` holds its numbers. Torch's C++ takes it for one on the CPU."""

    device = APPLE

    @staticmethod
    def __new__(cls, inside):
        if inside.dtype == torch.float64:
            raise TypeError(REFUSAL)
        return torch.Tensor._make_wrapper_subclass(cls, inside.size(), strides=inside.stride(), dtype=inside.dtype)

    def __init__(self, inside):
        self.inside = inside

    def __repr__(self):
        return f"OnApple({self.inside!r})"

    def tolist(self):
        return self.inside.tolist()  # torch does not do this for subclasses

    def numpy(self):
        raise TypeError("can't convert mps:0 device type tensor to numpy. Use Tensor.cpu() first.")

    def cpu(self):
        return FromApple.apply(self)

    @classmethod
    def __torch_dispatch__(cls, func, types, args=(), kwargs=None):
        """Call an operation of torch on the numbers inside, and put the results back on the stand-in."""
        kwargs = kwargs or {}
        for leaf in tree_leaves((args, kwargs)):
            stranger = isinstance(leaf, torch.Tensor) and not isinstance(leaf, OnApple) and leaf.ndim > 0
            if stranger and func.overloadpacket is not torch.ops.aten.copy_:
                raise RuntimeError(f"{func}: expected all tensors on mps, but found one on {leaf.device}")
        inside, options = tree_map(lambda leaf: leaf.inside if isinstance(leaf, OnApple) else leaf, (args, kwargs))
        result = func(*inside, **options)
        if func._schema.is_mutable and args and isinstance(args[0], torch.Tensor):
            return args[0]  # changed in place
        return tree_map(lambda leaf: OnApple(leaf) if isinstance(leaf, torch.Tensor) else leaf, result)


class ToApple(torch.autograd.Function):
    """From the CPU to the stand-in, and the gradient back."""

    @staticmethod
    def forward(ctx, tensor):
        return OnApple(tensor.detach().clone())

    @staticmethod
    def backward(ctx, grad):
        return grad.inside


class FromApple(torch.autograd.Function):
    """From the stand-in to the CPU, and the gradient back."""

    @staticmethod
    def forward(ctx, tensor):
        return tensor.inside.detach().clone()

    @staticmethod
    def backward(ctx, grad):
        return OnApple(grad)


class Apple(TorchFunctionMode):
    """Within this context tensors can be made on mps, and moved there and back."""

    def __enter__(self):
        set_overwrite_module_params_on_conversion(True)  # a parameter can't become another class by assigning its data
        return super().__enter__()

    def __exit__(self, *error):
        set_overwrite_module_params_on_conversion(False)
        return super().__exit__(*error)

    def __torch_function__(self, func, types, args=(), kwargs=None):
        kwargs = dict(kwargs or {})
        here = bool(args) and isinstance(args[0], OnApple)
        if here and func is torch.as_tensor:
            func = torch.Tensor.to
        if here and func is torch.Tensor.new_tensor:
            return OnApple(torch.tensor(*args[1:], **{"dtype": args[0].dtype, **kwargs}))
        if func is torch.Tensor.to:
            given = [*args[1:], *kwargs.values()]
            dtype = next((value for value in given if isinstance(value, torch.dtype)), args[0].dtype)
            device = next((device for device in map(device_of, given) if device), args[0].device.type)
            if device == APPLE.type:
                moved = args[0].type(dtype) if here else ToApple.apply(args[0].type(dtype))
                return moved.clone() if kwargs.get("copy") else moved
            return (args[0].cpu() if here else args[0]).to(dtype, copy=kwargs.get("copy", False))
        if device_of(kwargs.get("device")) == APPLE.type:
            return OnApple(func(*args, **{**kwargs, "device": "cpu"}))
        return func(*args, **kwargs)


def device_of(value):
    """The kind of device that a name, a torch.device or a tensor stands for; None for other arguments of `to`."""
    if isinstance(value, str):
        return value.split(":")[0]
    return value.type if isinstance(value, torch.device) else value.device.type if torch.is_tensor(value) else None
