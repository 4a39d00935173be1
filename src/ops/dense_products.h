// The things that multiply for a dense layer: the native kernels, on values as they are or rounded
// to bfloat16, or a BLAS. All have the same functions, so the stages in dense_stages.h do not know
// which one they use. `part` is the number of the thread, which has scratch of its own.
#pragma once

#include <algorithm>

#include "kernels/blas_products.h"
#include "plan/trainable.h"

namespace lithe::ops {

using plan::kBlockInputs;

// The gradient of weights by a kernel of the tiles, panel by panel.
template <typename T>
class GradientTiles {
 public:
  using Kernel = void (*)(const kernels::GradientProduct<T>&, kernels::Range);
  static constexpr std::size_t kScratch = kBlockInputs * kernels::kPanel<T>;  // of a thread

  GradientTiles(Kernel kernel, T* scratch) : kernel_(kernel), scratch_(scratch) {}

  // The gradient of the weights, kept in `to` as the weights lie.
  void keep(const kernels::WeightProduct<T>& p, kernels::Range lines, T* to) const {
    const kernels::Panels<T> panels{p.inputs, p.units};
    kernels::GradientProduct<T> g = gradient_product(p);
    g.end = p.inputs;
    g.operand_end = p.input.depth;
    kernels::each_panel(lines, [&](kernels::Range piece) {
      const std::size_t panel = piece.begin / 2 * kernels::kPanel<T>;
      g.stride = panels.width(panel);
      g.to = to + panels.column_start(panel);
      kernel_(g, piece);
    });
  }

  // The gradient of the weights in pieces, each handed to `use`; what the use of the next piece
  // will need of `weight` is prefetched meanwhile.
  template <class Use>
  void each(const kernels::WeightProduct<T>& p, kernels::Range lines, std::size_t part,
            const plan::TrainableParameter<T>& weight, const Use& use) const {
    kernels::GradientProduct<T> g = gradient_product(p);
    kernels::each_panel(
        lines, [&](kernels::Range piece) { blocks_of_panel(p, g, piece, part, weight, use); });
  }

 private:
  static kernels::GradientProduct<T> gradient_product(const kernels::WeightProduct<T>& p) {
    kernels::GradientProduct<T> g{};
    g.input = p.input;
    g.dy = p.dy, g.dy_stride = p.dy_stride, g.units = p.units;
    return g;
  }

  template <class Use>
  void blocks_of_panel(const kernels::WeightProduct<T>& p, kernels::GradientProduct<T>& g,
                       kernels::Range piece, std::size_t part,
                       const plan::TrainableParameter<T>& weight, const Use& use) const {
    const kernels::Panels<T> panels{p.inputs, p.units};
    const std::size_t panel = piece.begin / 2 * kernels::kPanel<T>;
    const std::size_t offset = piece.begin % 2 * kernels::kLine<T>;
    g.stride = panels.width(panel);
    g.to = scratch_ + part * kScratch;
    g.operand_end = 0;
    for (std::size_t k = 0; k < p.inputs; k += kBlockInputs) {
      g.first = k;
      g.end = std::min(p.inputs, k + kBlockInputs);
      g.operand_first = g.operand_end;
      g.operand_end = operand_before(p.input, g.end, g.operand_first);
      prefetch(g, weight, panels.column_start(panel) + k * g.stride);
      kernel_(g, piece);
      use(kernels::GradientPiece<T>{k, g.end - k, piece, g.to + offset, g.stride});
    }
  }

  static void prefetch(kernels::GradientProduct<T>& g, const plan::TrainableParameter<T>& weight,
                       std::size_t at) {
    g.prefetch_weight = weight.value, g.prefetch_states = weight.states, g.prefetch_at = at;
  }

  // How many columns of the operand stand before input `end`.
  static std::size_t operand_before(const kernels::Operand<T>& input, std::size_t end,
                                    std::size_t from) {
    if (input.index == nullptr) return end;
    return static_cast<std::size_t>(
        std::lower_bound(input.index + from, input.index + input.depth, end) - input.index);
  }

  Kernel kernel_;
  T* scratch_;
};

template <typename T>
class NativeProducts {
 public:
  // `indexed`: the input is a packed batch without its columns of zeros.
  NativeProducts(const kernels::Kernels<T>& kernels, bool indexed, T* scratch = nullptr)
      : forward_(indexed ? kernels.forward_indexed : kernels.forward),
        data_(kernels.input_gradient),
        sgd_(indexed ? kernels.sgd_indexed : kernels.sgd),
        gradient_(indexed ? kernels.gradient_indexed : kernels.gradient, scratch) {}

  // Panel by panel, so that `then`, the epilogue, finds the output in the cache.
  template <class Then>
  void forward(const kernels::ForwardProduct<T>& p, kernels::Range lines, std::size_t,
               const Then& then) const {
    kernels::each_panel(lines, [&](kernels::Range piece) {
      forward_(p, piece);
      then(piece);
    });
  }

  void input_gradient(const kernels::InputGradientProduct<T>& p, kernels::Range lines,
                      std::size_t) const {
    data_(p, lines);
  }

  // weight -= rate * gradient, and the same of the bias.
  template <class UpdateBias>
  void sgd(const kernels::WeightProduct<T>& p, kernels::Range lines, std::size_t,
           const UpdateBias&) const {
    sgd_(p, lines);
  }

  // The gradient of the weights, kept in `to` as the weights lie.
  void keep_gradient(const kernels::WeightProduct<T>& p, kernels::Range lines, std::size_t,
                     T* to) const {
    gradient_.keep(p, lines, to);
  }

  // The gradient of the weights in pieces, each handed to `use`.
  template <class Use>
  void each_gradient(const kernels::WeightProduct<T>& p, kernels::Range lines, std::size_t part,
                     const plan::TrainableParameter<T>& weight, const Use& use) const {
    gradient_.each(p, lines, part, weight, use);
  }

 private:
  void (*forward_)(const kernels::ForwardProduct<T>&, kernels::Range);
  void (*data_)(const kernels::InputGradientProduct<T>&, kernels::Range);
  void (*sgd_)(const kernels::WeightProduct<T>&, kernels::Range);
  GradientTiles<T> gradient_;
};

// The same of values rounded to bfloat16 (kernels/pairs.h). The stages in front have put pairs of
// the input and of the gradient into buffers; whoever makes the products has those that it reads.
template <typename T>
struct PairBuffers {
  const T* input = nullptr;  // pairs of columns for the forward product, of rows for the gradient
  std::size_t input_stride = 0;
  const T* gradient = nullptr;  // pairs of rows, as far apart as the rows of dy are
};

template <typename T>
class PairedProducts {
 public:
  // `scratch`: `size` values for each thread, or of a block of the gradient.
  PairedProducts(const kernels::Kernels<T>& kernels, bool indexed, PairBuffers<T> pairs, T* scratch,
                 std::size_t size)
      : kernels_(&kernels.paired),
        sgd_(indexed ? kernels.paired.sgd_indexed : kernels.paired.sgd),
        gradient_(indexed ? kernels.paired.gradient_indexed : kernels.paired.gradient, scratch),
        pairs_(pairs),
        scratch_(scratch),
        size_(size) {}

  template <class Then>
  void forward(const kernels::ForwardProduct<T>& p, kernels::Range lines, std::size_t part,
               const Then& then) const {
    kernels::ForwardProduct<T> paired = p;
    paired.input.x = pairs_.input, paired.input.stride = pairs_.input_stride;
    kernels::each_panel(lines, [&](kernels::Range piece) {
      kernels_->forward(paired, piece, scratch_ + part * size_);
      then(piece);
    });
  }

  void input_gradient(const kernels::InputGradientProduct<T>& p, kernels::Range lines,
                      std::size_t part) const {
    kernels_->input_gradient(p, lines, scratch_ + part * size_);
  }

  template <class UpdateBias>
  void sgd(const kernels::WeightProduct<T>& p, kernels::Range lines, std::size_t part,
           const UpdateBias& update_bias) const {
    sgd_(paired(p), lines);
    update_bias(scratch_ + part * size_);
  }

  void keep_gradient(const kernels::WeightProduct<T>& p, kernels::Range lines, std::size_t,
                     T* to) const {
    gradient_.keep(paired(p), lines, to);
  }

  template <class Use>
  void each_gradient(const kernels::WeightProduct<T>& p, kernels::Range lines, std::size_t part,
                     const plan::TrainableParameter<T>& weight, const Use& use) const {
    gradient_.each(paired(p), lines, part, weight, use);
  }

 private:
  kernels::WeightProduct<T> paired(kernels::WeightProduct<T> p) const {
    p.input.x = pairs_.input, p.input.stride = pairs_.input_stride;
    p.input.rows = kernels::pairs_of(p.input.rows);
    p.dy = pairs_.gradient;
    return p;
  }

  const kernels::PairedKernels<T>* kernels_;
  void (*sgd_)(const kernels::WeightProduct<T>&, kernels::Range);
  GradientTiles<T> gradient_;
  PairBuffers<T> pairs_;
  T* scratch_;
  std::size_t size_;
};

// The same by a BLAS.
template <typename T>
class BlasProducts {
 public:
  BlasProducts(const kernels::BlasProducts<T>& products, T* scratch, std::size_t scratch_size)
      : products_(products), scratch_(scratch), scratch_size_(scratch_size) {}

  template <class Then>
  void forward(const kernels::ForwardProduct<T>& p, kernels::Range lines, std::size_t part,
               const Then& then) const {
    products_.forward(p, lines, scratch(part));
    then(lines);
  }

  void input_gradient(const kernels::InputGradientProduct<T>& p, kernels::Range lines,
                      std::size_t part) const {
    products_.input_gradient(p, lines, scratch(part));
  }

  // Where the weights are a BLAS's matrix as they lie: the product adds to them.
  template <class UpdateBias>
  void sgd(const kernels::WeightProduct<T>& p, kernels::Range lines, std::size_t part,
           const UpdateBias& update_bias) const {
    products_.sgd(p, lines);
    update_bias(scratch(part));
  }

  void keep_gradient(const kernels::WeightProduct<T>& p, kernels::Range lines, std::size_t part,
                     T* to) const {
    const kernels::Panels<T> panels{p.inputs, p.units};
    products_.gradient(p, lines, scratch(part), [&](const kernels::GradientPiece<T>& piece) {
      kernels::each_panel(piece.lines, [&](kernels::Range own) {
        const std::size_t column = own.begin * kernels::kLine<T>;
        const T* from = piece.values + (own.begin - piece.lines.begin) * kernels::kLine<T>;
        T* const at = to + panels.at(piece.first, column);
        for (std::size_t k = 0; k < piece.inputs; ++k)
          std::copy_n(from + k * piece.stride, kernels::columns_of<T>(own),
                      at + k * panels.width(column));
      });
    });
  }

  template <class Use>
  void each_gradient(const kernels::WeightProduct<T>& p, kernels::Range lines, std::size_t part,
                     const plan::TrainableParameter<T>&, const Use& use) const {
    products_.gradient(p, lines, scratch(part), use);
  }

 private:
  T* scratch(std::size_t part) const { return scratch_ + part * scratch_size_; }

  kernels::BlasProducts<T> products_;
  T* scratch_;
  std::size_t scratch_size_;
};

}  // namespace lithe::ops
