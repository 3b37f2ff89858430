"""A BERT encoder over packed texts: no padding anywhere but inside attention, and every product quantisable as it will be shipped.

Word pieces of all texts of a batch lie in one row, so that short texts cost what they are long. With `quantised` set, each
matrix product sees its input as uint8 (one learnt scale and zero point a product) and its weight as 7-bit integers (one scale an
output): exactly the integers that the int8 graph computes with. Seven bits, so that pairs of products fit the 16-bit sums
of processors without VNNI (255 · 64 · 2 < 2^15) and every processor finds the same integers.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

LEAST_WEIGHT, MOST_WEIGHT = -64, 63


def weight_scale(weight: torch.Tensor) -> torch.Tensor:
    """[out, in] → [out, 1]: symmetric, the greatest value of an output lands on 63."""
    return (weight.detach().abs().amax(dim=1, keepdim=True) / MOST_WEIGHT).clamp(min=1e-8)


class Product(nn.Module):
    """y = x Wᵀ + b, in float or as the int8 graph will compute it. `input_scale` and `input_zero` are learnt when quantised."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(outputs, inputs))
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.input_scale = nn.Parameter(torch.tensor([0.05]))
        self.input_zero = nn.Parameter(torch.tensor([128.0]))
        self.register_buffer("smooth", torch.ones(inputs))
        self.mode = "float"
        self.greatest: torch.Tensor | None = None
        self.seen: list[tuple[float, float]] = []

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if self.mode == "float":
            return F.linear(x, self.weight, self.bias)
        if self.mode == "observe channels":
            top = x.detach().float().abs().amax(dim=0)
            self.greatest = top if self.greatest is None else torch.maximum(self.greatest, top)
            return F.linear(x, self.weight, self.bias)
        if self.mode == "observe":
            flat = (x.detach().float() / self.smooth).flatten()
            flat = flat[torch.randperm(flat.numel(), device=flat.device)[:500_000]]
            self.seen.append((float(torch.quantile(flat, 0.0001)), float(torch.quantile(flat, 0.9999))))
            return F.linear(x, self.weight, self.bias)
        step = 1.0 / (x.numel() * 255.0) ** 0.5
        held = torch._fake_quantize_learnable_per_tensor_affine(x.float() / self.smooth, self.input_scale, self.input_zero, 0, 255, step)
        weight = self.weight * self.smooth
        scale = weight_scale(weight)
        whole = (weight / scale).round().clamp(LEAST_WEIGHT, MOST_WEIGHT) * scale
        return F.linear(held, weight + (whole - weight).detach(), self.bias)

    def settle_smooth(self, share: float) -> None:
        """Move channels' outliers from the input into the weight (SmoothQuant, Xiao 2023), scaled so that the mean stays 1."""
        assert self.greatest is not None
        smooth = self.greatest.clamp(min=1e-4) ** share / self.weight.detach().abs().amax(dim=0).clamp(min=1e-4) ** (1 - share)
        self.smooth.copy_(smooth / smooth.log().mean().exp())
        self.greatest = None

    def settle(self) -> None:
        """Scale and zero point from what was observed; zero itself stays exactly representable."""
        low, high = min(0.0, min(a for a, _ in self.seen)), max(0.0, max(b for _, b in self.seen))
        scale = max((high - low) / 255.0, 1e-6)
        with torch.no_grad():
            self.input_scale.fill_(scale)
            self.input_zero.fill_(float(np.clip(round(-low / scale), 0, 255)))
        self.seen = []


class Layer(nn.Module):
    def __init__(self, width: int, heads: int, inner: int, epsilon: float) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = Product(width, 3 * width)
        self.out = Product(width, width)
        self.norm1 = nn.LayerNorm(width, eps=epsilon)
        self.up = Product(width, inner)
        self.down = Product(inner, width)
        self.norm2 = nn.LayerNorm(width, eps=epsilon)

    def forward(self, x: torch.Tensor, where: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """x [pieces, width]; where [pieces] flat places in the padded grid; mask [texts, 1, 1, longest] bool."""
        texts, longest = mask.shape[0], mask.shape[-1]
        qkv = self.qkv(x)
        grid = qkv.new_zeros(texts * longest, qkv.shape[-1]).index_copy(0, where, qkv)
        q, k, v = grid.view(texts, longest, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        if not qkv.is_cuda:  # on a CPU attention's way back takes ten times as long in bfloat16 as in float32
            q, k, v = q.float(), k.float(), v.float()
        with torch.autocast(qkv.device.type, enabled=qkv.is_cuda):
            mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        mixed = mixed.transpose(1, 2).reshape(texts * longest, -1).index_select(0, where)
        x = self.norm1(x + self.out(mixed))
        return self.norm2(x + self.down(F.gelu(self.up(x))))


@dataclass(frozen=True)
class Packed:
    """Texts of one batch: ids, place in text and text number of every piece [pieces]; `where` in the padded grid; mask."""

    ids: torch.Tensor
    place: torch.Tensor
    text: torch.Tensor
    where: torch.Tensor
    mask: torch.Tensor


class PackedBert(nn.Module):
    """Word pieces → unit vectors [texts, width]: BERT, mean pooling, L2."""

    def __init__(self, layers: int = 6, width: int = 384, heads: int = 12, inner: int = 1536, words: int = 30522, places: int = 512, epsilon: float = 1e-12) -> None:
        super().__init__()
        self.words = nn.Embedding(words, width)
        self.places = nn.Embedding(places, width)
        self.norm = nn.LayerNorm(width, eps=epsilon)
        self.layers = nn.ModuleList(Layer(width, heads, inner, epsilon) for _ in range(layers))

    def products(self) -> list[Product]:
        return [module for module in self.modules() if isinstance(module, Product)]

    def set_mode(self, mode: str) -> None:
        """float, observe channels, observe (both float, and watch) or quantised."""
        for product in self.products():
            product.mode = mode

    def forward(self, batch: Packed) -> torch.Tensor:
        x = self.norm(self.words(batch.ids) + self.places(batch.place))
        for layer in self.layers:
            x = layer(x, batch.where, batch.mask)
        x = x.float()
        total = x.new_zeros(batch.mask.shape[0], x.shape[-1]).index_add(0, batch.text, x)
        return F.normalize(total, dim=1)


NAMES = {"out": "attention.output.dense", "norm1": "attention.output.LayerNorm", "up": "intermediate.dense", "down": "output.dense", "norm2": "output.LayerNorm"}
"""Parts of a layer: ours → Hugging Face's."""

ATTENTION = ("query", "key", "value")
"""What `qkv` holds, in this order."""


def load_state(bert: PackedBert, state: dict[str, torch.Tensor]) -> None:
    """Hugging Face BertModel names → ours; token type 0 is added to the places, since it is always 0 here."""
    mine = {
        "words.weight": state["embeddings.word_embeddings.weight"],
        "places.weight": state["embeddings.position_embeddings.weight"] + state["embeddings.token_type_embeddings.weight"][0],
        "norm.weight": state["embeddings.LayerNorm.weight"],
        "norm.bias": state["embeddings.LayerNorm.bias"],
    }
    for number in range(len(bert.layers)):
        theirs, ours = f"encoder.layer.{number}", f"layers.{number}"
        for end in ("weight", "bias"):
            parts = [state[f"{theirs}.attention.self.{part}.{end}"] for part in ATTENTION]
            mine[f"{ours}.qkv.{end}"] = torch.cat(parts)
            for name, other in NAMES.items():
                mine[f"{ours}.{name}.{end}"] = state[f"{theirs}.{other}.{end}"]
    missing, unexpected = bert.load_state_dict(mine, strict=False)
    assert not unexpected and all("input_" in name or name.endswith("smooth") for name in missing), (missing, unexpected)


def to_state(ours: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Our names → Hugging Face's, what quantisation adds left out: what a sentence-transformers folder holds."""
    state = {
        "embeddings.word_embeddings.weight": ours["words.weight"],
        "embeddings.position_embeddings.weight": ours["places.weight"],
        "embeddings.token_type_embeddings.weight": torch.zeros(2, ours["words.weight"].shape[1]),
        "embeddings.LayerNorm.weight": ours["norm.weight"],
        "embeddings.LayerNorm.bias": ours["norm.bias"],
    }
    for number in range(sum(name.endswith("qkv.weight") for name in ours)):
        theirs, mine = f"encoder.layer.{number}", f"layers.{number}"
        for end in ("weight", "bias"):
            for part, piece in zip(ATTENTION, ours[f"{mine}.qkv.{end}"].chunk(3), strict=True):
                state[f"{theirs}.attention.self.{part}.{end}"] = piece.contiguous()
            for name, other in NAMES.items():
                state[f"{theirs}.{other}.{end}"] = ours[f"{mine}.{name}.{end}"]
    return state
