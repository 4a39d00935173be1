// The file of a training's state (TrainOptions::state): a safetensors file whose form is fixed
// before the training, so that saving allocates nothing.
//
//   layers.0.weight               the weights, as a model file has them
//   optimizer.0.layers.0.weight   the optimizer's states; likewise average.*, best.* and, for
//                                 TrainOptions::recover, begin.*, begin.optimizer.0.*, ...
//   figures                       all single numbers (StateFigures)
//   history                       a row for each epoch, in the order of EpochReport
//   digest                        of all before it
//
// The metadata say what the state belongs to, under keys that begin with "lithe.state.".
#pragma once

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <map>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/aligned.h"
#include "base/file.h"
#include "io/safetensors.h"
#include "plan/parameters.h"

namespace lithe::train {

// Arrays that are laid out as the parameters are, behind one another in the file.
template <typename T>
struct StatePart {
  std::string prefix;  // of the parameters' names
  T* values;
};

// Numbers of another form.
struct StateTable {
  std::string name;
  std::vector<std::size_t> shape;
  std::span<double> values;
};

template <typename T>
class StateFile {
 public:
  // Memory for a copy of all parts is allocated here. `form`, and what the parts and tables point
  // to, must outlive this.
  StateFile(const std::filesystem::path& path, const plan::Parameters<T>& form,
            std::vector<StatePart<T>> parts, std::vector<StateTable> tables,
            const io::Metadata& metadata);
  StateFile(const StateFile&) = delete;
  StateFile& operator=(const StateFile&) = delete;
  ~StateFile();  // when what was begun is written

  const std::filesystem::path& path() const { return path_; }
  // Whether the last state that was begun is written.
  bool idle() const;
  // Copies the state; a thread of its own writes it. The one before must have been waited for.
  void save();
  // Until what was begun is written. Throws Error(io) where that failed; the file is then the one
  // before.
  void wait();

 private:
  void write_all();
  void write(std::span<const std::uint8_t> bytes);
  void write_states();  // the thread

  std::filesystem::path path_;
  const plan::Parameters<T>& form_;
  std::vector<StatePart<T>> parts_;
  std::vector<StateTable> tables_;
  std::string header_;
  base::NewFile file_;
  base::AlignedArray<T> copy_;          // of the parts
  std::vector<double> table_copy_;      // of the tables
  std::vector<T> row_major_;            // one array as files have it
  std::vector<std::uint64_t> digests_;  // of the pieces up to now

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool asked_ = false, ends_ = false;
  std::exception_ptr failure_;
  std::thread writer_;
};

extern template class StateFile<float>;
extern template class StateFile<double>;

// What a state belongs to, by name: "seed" -> "1".
using StateIdentity = std::map<std::string, std::string>;

io::Metadata state_metadata(const StateIdentity& identity,
                            const std::map<std::string, std::string>& notes);

// A state file as it was read.
class SavedState {
 public:
  // Throws Error(io) where the file cannot be read, Error(model) where it is not a whole state.
  explicit SavedState(const std::filesystem::path& path);

  // Throws Error(model) that names the first thing that differs.
  void check_identity(const StateIdentity& identity) const;
  const io::Metadata& metadata() const { return file_.metadata(); }
  // Throws Error(model) where it is not there.
  std::vector<double> table(const std::string& name) const;
  // Restores the parts. Throws Error(model) and changes nothing where one does not fit.
  template <typename T>
  void restore(const plan::Parameters<T>& form, std::span<const StatePart<T>> parts) const;

 private:
  const io::TensorView& find(const std::string& name, io::Dtype dtype) const;
  [[noreturn]] void fail(const std::string& problem) const;

  std::string path_;
  io::SafetensorsFile file_;
};

}  // namespace lithe::train
