// Training: a model, data, a loss and an optimizer, compiled into a plan and run epoch by epoch.
//
//   lithe::Model model(network.with_input({{784}}), lithe::Precision::float32, seed);
//   lithe::Trainer trainer(model, data.train, data.test, {.optimizer = "sgd(1.25)", .batch = 10});
//   for (int epoch = 1; epoch <= 10; ++epoch) trainer.run_epoch();
//
// The same seed gives the same weights, to the bit, on any instruction set with fused multiply-add
// and on any number of threads, unless a BLAS multiplies (TrainOptions::blas). After the first step
// nothing is allocated.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lithe/blas.h"
#include "lithe/dataset.h"
#include "lithe/model.h"
#include "lithe/watch.h"

namespace lithe {

struct TrainOptions {
  std::string loss = "quadratic";
  std::string optimizer = "sgd(0.1)";
  std::string average = "none";  // of the weights: "ema(0.999)", "swa(75%)"
  // Random changes of each image, new ones in each epoch: "shift(2) -> rotate(10)", see
  // `lithe list augmentations`. Empty: none. Test and validation examples are not changed.
  std::string augment = "";
  // The shape of an example as an image: {height, width} or {height, width, channels}. Empty: the
  // shape that the network takes.
  std::vector<std::size_t> image = {};
  // Examples of a step, at most as many as there are. The last step of an epoch takes what is left
  // over. Where the network has a batch_norm that would then see a single value of a unit, and that
  // is one example, the example is left out of this epoch (another one in the next): one value has
  // no variance. For the same reason such a network takes no batch of 1.
  std::size_t batch = 32;
  std::size_t epochs = 10;  // the schedule of the learning rate covers them
  std::uint64_t seed = 1;   // of the shuffle
  // 0: what is measured to be fastest. Where other programs keep them waiting, fewer go on.
  std::size_t threads = 0;
  bool pin = false;  // bind each thread to a processor
  std::string isa = "auto";

  // What computes the products of dense layers: "native", Lithe's own kernels; a BLAS by its name
  // ("openblas", "mkl", "blis", "atlas", "flexiblas", "armpl", "nvpl", "reference") or the path of
  // a library; "auto", the fastest one installed, for those products that it is measured to make
  // faster. A BLAS adds in an order of its own: the bits are the same from run to run with one
  // library, instruction set and number of threads, but differ from those of the native kernels.
  // With "auto" they may differ from run to run, since the measurement may.
  std::string blas = "native";
  // With blas = "native": measure what the fastest BLAS would reach, and put it into PlanReport.
  // This takes a second or two and has no other effect.
  bool benchmark_blas = false;

  // The products of dense layers take weights, inputs and gradients rounded to bfloat16 (8 bits of
  // precision) and sum them in float32, forward and backward, which processors with AVX-512 BF16 do
  // twice as fast. Weights, the optimizer's numbers and everything else stay float32, and so does
  // every evaluation: the model answers as it would if its file were loaded. The bits are the same
  // on any processor with fused multiply-add, but without the instruction it is slower than
  // float32. The model must be float32, and blas "native".
  bool bfloat16 = false;

  // How many of the training examples are left for validation: a share below 1, or a number of
  // them; of each class in proportion. With `patience`, training ends after that many epochs
  // without a lower validation loss, and the weights of the best epoch are restored.
  double validation = 0;
  std::size_t patience = 0;

  // The weight of the examples of each class; empty: all 1. `balanced`: all classes have the same
  // weight in total. Examples of class `ignore` have the weight 0.
  std::vector<double> class_weights = {};
  bool balanced = false;
  std::optional<std::int32_t> ignore = {};

  // For windows of one long sequence, each of which begins where the one before ends: recurrent
  // layers go on where they ended. The windows are divided into as many streams as a batch has
  // rows, and row b of each batch is the next window of stream b; nothing is shuffled, and windows
  // that do not fill a batch are left out. States begin at zero in each epoch and each evaluation,
  // whose streams are the same; no gradient goes back into the window before.
  bool stateful = false;

  // Layers, by number from 1, that stay as they are until epoch `unfreeze_at` (0: for good).
  std::vector<std::size_t> frozen = {};
  std::size_t unfreeze_at = 0;

  // Numbers to predict are learned with mean 0 and standard deviation 1. The model keeps both
  // figures and answers in the targets' own units; so does test_rmse. Losses are of what is
  // learned.
  bool standardize_targets = false;

  bool watch = false;    // see lithe/watch.h
  bool profile = false;  // note where the time goes: see lithe/profile.h
  // If the loss is no longer a number, begin the epoch again with half the learning rate.
  bool recover = false;

  // A file for the state of the training, from which Trainer::load_state goes on to the same bits,
  // in the middle of an epoch too. It is written every `keep_every` seconds (0: as often as it can
  // be), when the progress callback ends an epoch early, and by finish(). A thread of its own
  // writes, from memory that is allocated beforehand; an older state stays until the new one is
  // whole. Empty: no file.
  std::filesystem::path state = {};
  double keep_every = 60;
  // Text that the state keeps; keys do not begin with "lithe.state".
  std::map<std::string, std::string> state_notes = {};
};

struct EpochReport {
  std::size_t epoch = 0;               // counted from 1
  std::size_t examples = 0;            // trained on
  double loss = 0;                     // mean over them while the weights changed
  double seconds = 0;                  // of training, shuffling included
  std::size_t correct = 0, total = 0;  // of the test examples; 0 of 0 without any
  double test_loss = 0;
  double test_rmse = 0;  // where targets are numbers, of outputs against them
  double validation_loss = 0;
  std::size_t validation_correct = 0, validation_total = 0;
  double evaluation_seconds = 0;
  double learning_rate = 0;    // of the last step
  std::size_t recoveries = 0;  // times that the epoch was begun again
  bool best = false;           // the lowest validation loss up to now
  bool stopped = false;        // the progress callback ended the epoch early
  std::size_t epochs = 0;      // TrainOptions::epochs
  // Until all epochs are done, estimated from the time that the epochs have taken up to now. With
  // `patience` the training may end before.
  double seconds_left = 0;
};

// How a training ended.
struct TrainingResult {
  std::size_t epochs = 0;      // that were run
  bool stopped_early = false;  // patience was at its end before all epochs were run
  // The epoch whose weights the model has: with `patience` the one with the lowest validation loss,
  // otherwise the last one.
  std::size_t kept_epoch = 0;
  double kept_validation_loss = 0;  // with `patience`
  // Why the last state could not be written: TrainOptions::state is then an earlier one, or none.
  // Empty where it could.
  std::string state_error = {};
};

struct PlanStage {
  std::string name, kernel;
  bool by_blas = false;
  bool bfloat16 = false;             // a product of values rounded to it
  bool shared = false;               // among all threads; otherwise one runs it alone
  bool barrier = false;              // all threads meet before it
  std::vector<std::string> refused;  // "kernel: reason"
  double operations = 0, bytes = 0;  // of one full batch
  double seconds = 0;                // spent in it so far, estimated from one step in sixteen
  std::string phase;                 // "read", "forward", "backward and update" or "evaluation"
};

struct PlanBuffer {
  std::string name;
  std::size_t bytes, offset, first_stage, last_stage;
};

struct PlanReport {
  std::string isa;
  Precision precision;
  bool bfloat16 = false;  // TrainOptions::bfloat16
  std::size_t threads, batch, arena_bytes, parameter_bytes, parameters;
  double operations_per_example;
  // Examples a second that each number of threads was measured at, where the plan chose itself.
  std::vector<std::pair<std::size_t, double>> thread_trials;
  // Threads that have to wait for a processor, because other programs use it, give way to fewer
  // ones. The share of the examples up to now that were taken by fewer than `threads`.
  double share_by_fewer_threads = 0;
  BlasUse blas_use = BlasUse::none;
  std::optional<BlasLibrary> blas = {};  // none where none is installed, too
  std::vector<PlanStage> stages;
  std::vector<PlanBuffer> buffers;
};

struct TimeSplit {
  double reading = 0, forward = 0, backward_and_update = 0, evaluation = 0;  // seconds
};

// Called some fifty times an epoch with the share that is done; false ends the epoch there.
using ProgressCallback = std::function<bool(double done)>;

struct ProfileRecords;

class Trainer {
 public:
  // `model`, and the memory behind the examples, must outlive the trainer. Throws Error(usage) on
  // an option out of range, Error(sentence) on a loss or optimizer that does not parse, Error(data)
  // on data that do not fit the network, or where network, data and loss do not go together, and
  // Error(machine) with the sum where the training does not fit into the memory that is left.
  Trainer(Model& model, const Examples& train, const Examples& test, const TrainOptions& options);
  Trainer(Trainer&&) noexcept;
  ~Trainer();

  // Throws Error(numeric) if the loss is no longer a number, naming layer and step, and Cancelled
  // (lithe/cancel.h); the next call then goes on within the epoch.
  EpochReport run_epoch(const ProgressCallback& callback = {});
  // Whether all epochs are done, or patience is at its end.
  bool finished() const;
  // Puts the weights that are to be kept into the model: averaged ones, or the best ones.
  TrainingResult finish();

  const std::vector<EpochWatch>& watched() const;
  // All epochs that are done, those before load_state() included.
  const std::vector<EpochReport>& history() const;

  // Writes the state of this moment, between two epochs or within the progress callback, and
  // returns when it is on the disk. Throws Error(io); an older file is then as it was.
  void save_state(const std::filesystem::path& file);
  // Goes on where the state was saved: the next run_epoch() takes the steps that were left of its
  // epoch. Examples and options must be the same as then, but for `epochs`, `threads`, `pin`, `isa`
  // and those that change no weights. Throws Error(model) that names what differs, and changes
  // nothing then.
  void load_state(const std::filesystem::path& file);
  // What the optimizer keeps beside the weights, and the numbers of steps and epochs done, for a
  // training that goes on with other examples.
  std::map<std::string, NamedArray> optimizer_state() const;
  // Goes on where optimizer_state() was taken of another trainer, with the same network, precision
  // and optimizer: before the first epoch. TrainOptions::epochs counts the epochs of both. Throws
  // Error(model), and changes nothing, where the state is not that of such a trainer.
  void restore_optimizer(const std::map<std::string, NamedArray>& state);
  // Saves the model with the weights that the last evaluation was of, and goes on as if it had not:
  // between two epochs.
  void save_model(const std::filesystem::path& file);

  PlanReport plan() const;
  TimeSplit time_split() const;
  // What was noted up to now, where TrainOptions::profile asked for it; include lithe/profile.h.
  ProfileRecords profile() const;
  // The rows of the training examples in the order that epoch `epoch` (from 1) takes them.
  std::vector<std::uint32_t> order(std::size_t epoch) const;

  class Engine;

 private:
  std::unique_ptr<Engine> engine_;
};

// The sentence of an optimizer with the learning rate that its schedule is made from, constant: for
// a training that no one knows the end of. "adam(cosine(0.01))" becomes "adam(0.01)". Throws
// Error(sentence) where it does not parse.
std::string with_constant_rate(const std::string& optimizer);

// What a state file says of its training.
struct TrainingState {
  std::size_t epoch = 0, epochs = 0;  // the last complete one, and how many were asked for
  std::size_t examples = 0;           // of the epoch that has begun, learned from
  std::uint64_t step = 0;             // in all
  std::vector<EpochReport> history;   // of the complete epochs
  std::size_t best_epoch = 0;         // with the lowest validation loss; 0: none was measured
  // What the training must be to go on: "seed" -> "1", "training data" -> a digest, ...
  std::map<std::string, std::string> belongs_to;
  std::map<std::string, std::string> notes;  // TrainOptions::state_notes
};
// Throws Error(io) where the file cannot be read, Error(model) where it is not a whole state.
TrainingState read_state(const std::filesystem::path& file);
// Of which a file is the state; read_agent_state() (lithe/agent.h) reads the other. Throws
// Error(io) where it cannot be read, Error(model) where it is not a whole safetensors file.
enum class StateKind { none, training, agent };
StateKind state_kind(const std::filesystem::path& file);

struct Evaluation {
  std::size_t correct = 0, total = 0;
  double rmse = 0;  // where targets are numbers
  double loss = 0;  // mean
  double seconds = 0;
};

// Windows of one long sequence can go on where the one before ended, as in a training with
// TrainOptions::stateful: they are divided into that many `streams`, and 0 begins each without a
// past. Without a number it is done as the model was trained (trained_streams), so that the figures
// are those that the training showed. Throws Error(usage) where windows do not begin where the one
// before ends, or nothing of the network goes on.
Evaluation evaluate(const Model& model, const Examples& examples, const std::string& loss,
                    const std::string& isa = "auto", std::optional<std::size_t> streams = {});

// The streams of a training with TrainOptions::stateful, which the model keeps; 0 of another one.
std::size_t trained_streams(const Model& model);

// A range test of the learning rate (Smith, 2017): the rate grows from `lowest` to `highest` over
// `steps` steps, on a copy of the model, until the loss has grown to four times its least.
struct LearningRateTest {
  std::vector<double> learning_rates, losses;  // of each step; losses are smoothed
  double best = 0;                             // a learning rate to begin with
};

LearningRateTest find_learning_rate(const Model& model, const Examples& train,
                                    const TrainOptions& options, double lowest = 1e-6,
                                    double highest = 10, std::size_t steps = 200);
std::string draw_learning_rate_test(const LearningRateTest& test);  // SVG

}  // namespace lithe
