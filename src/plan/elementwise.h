// Stages and elementwise ops made of functions.
#pragma once

#include <memory>
#include <utility>

#include "plan/values.h"

namespace lithe::plan {

// Elementwise ops that no stage before them could take into its epilogue, by lines or by rows.
template <typename T>
class LinesStage final : public Stage<T> {
 public:
  explicit LinesStage(std::size_t columns) : columns_(columns) {}
  void run(const Batch<T>& batch, Share share) override {
    this->run_epilogue(batch, lines_of<T>(columns_, share), share.part);
  }

 private:
  std::size_t columns_;
};

template <typename T>
class RowsStage final : public Stage<T> {
 public:
  void run(const Batch<T>& batch, Share share) override {
    this->run_epilogue_rows(batch, kernels::share(batch.rows, share.part, share.parts), share.part);
  }
};

// An elementwise op whose step is a function run(batch, lines).
template <typename T, class Run>
class ElementwiseFunction final : public ElementwiseOp<T> {
 public:
  explicit ElementwiseFunction(Run run) : run_(std::move(run)) {}
  void run(const Batch<T>& batch, kernels::Range lines, std::size_t) override {
    run_(batch, lines);
  }

 private:
  Run run_;
};

template <typename T, class Run>
std::unique_ptr<ElementwiseOp<T>> elementwise_function(Run run) {
  return std::make_unique<ElementwiseFunction<T, Run>>(std::move(run));
}

// A stage whose step is a function run(batch), for one thread.
template <typename T, class Run>
class StageFunction final : public Stage<T> {
 public:
  explicit StageFunction(Run run) : run_(std::move(run)) {}
  void run(const Batch<T>& batch, Share) override { run_(batch); }

 private:
  Run run_;
};

template <typename T, class Run>
std::unique_ptr<Stage<T>> stage_function(Run run) {
  return std::make_unique<StageFunction<T, Run>>(std::move(run));
}

}  // namespace lithe::plan
