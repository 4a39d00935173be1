#include "train/state_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/digest.h"
#include "io/safetensors_header.h"
#include "lithe/error.h"
#include "train/parameter_shape.h"

namespace lithe::train {

namespace {

constexpr const char* kFormat = "1";
constexpr const char* kFormatKey = "lithe.state";
constexpr const char* kIdentityStart = "lithe.state.";
constexpr const char* kDigest = "digest";

template <typename T>
constexpr io::Dtype kDtype = sizeof(T) == sizeof(float) ? io::Dtype::f32 : io::Dtype::f64;

template <typename N>
std::span<const std::uint8_t> bytes_of(const N* values, std::size_t count) {
  return {reinterpret_cast<const std::uint8_t*>(values), count * sizeof(N)};
}

std::size_t largest(const std::vector<plan::ParameterEntry>& entries) {
  std::size_t most = 0;
  for (const auto& entry : entries) most = std::max(most, entry.spec.rows * entry.spec.columns);
  return most;
}

std::uint64_t digest_of(std::span<const std::uint64_t> digests) {
  return base::digest_of(bytes_of(digests.data(), digests.size()));
}

}  // namespace

template <typename T>
StateFile<T>::StateFile(const std::filesystem::path& path, const plan::Parameters<T>& form,
                        std::vector<StatePart<T>> parts, std::vector<StateTable> tables,
                        const io::Metadata& metadata)
    : path_(path),
      form_(form),
      parts_(std::move(parts)),
      tables_(std::move(tables)),
      file_(path, base::NewFile::Later{}),
      copy_(form.size() * parts_.size()),
      row_major_(largest(form.entries())) {
  std::vector<io::TensorView> tensors;
  for (const auto& part : parts_)
    for (const auto& entry : form.entries())
      tensors.push_back({part.prefix + entry.spec.name, kDtype<T>, shape_of(entry.spec),
                         bytes_of(row_major_.data(), entry.spec.rows * entry.spec.columns)});
  std::size_t numbers = 0;
  for (const StateTable& table : tables_) {
    tensors.push_back({table.name, io::Dtype::f64, table.shape,
                       bytes_of(table.values.data(), table.values.size())});
    numbers += table.values.size();
  }
  table_copy_.resize(numbers);
  const std::uint64_t digest = 0;
  tensors.push_back({kDigest, io::Dtype::u64, {1}, bytes_of(&digest, 1)});
  header_ = io::print_header(tensors, metadata, path.string());
  digests_.reserve(tensors.size());
  writer_ = std::thread([this] { write_states(); });
}

template <typename T>
StateFile<T>::~StateFile() {
  {
    const std::lock_guard lock(mutex_);
    ends_ = true;
  }
  changed_.notify_all();
  writer_.join();
}

template <typename T>
bool StateFile<T>::idle() const {
  const std::lock_guard lock(mutex_);
  return !asked_;
}

template <typename T>
void StateFile<T>::save() {
  for (std::size_t i = 0; i < parts_.size(); ++i)
    std::copy_n(parts_[i].values, form_.size(), copy_.data() + i * form_.size());
  auto to = table_copy_.begin();
  for (const StateTable& table : tables_)
    to = std::copy(table.values.begin(), table.values.end(), to);
  {
    const std::lock_guard lock(mutex_);
    asked_ = true;
  }
  changed_.notify_all();
}

template <typename T>
void StateFile<T>::wait() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !asked_; });
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
}

template <typename T>
void StateFile<T>::write_states() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return asked_ || ends_; });
    if (!asked_) return;
    lock.unlock();
    std::exception_ptr failure;
    try {
      write_all();
    } catch (...) {
      failure = std::current_exception();
    }
    file_.discard();
    lock.lock();
    failure_ = failure;
    asked_ = false;
    changed_.notify_all();
  }
}

template <typename T>
void StateFile<T>::write(std::span<const std::uint8_t> bytes) {
  digests_.push_back(base::digest_of(bytes));
  file_.append(bytes);
}

template <typename T>
void StateFile<T>::write_all() {
  digests_.clear();
  file_.begin();
  file_.append(bytes_of(header_.data(), header_.size()));
  for (std::size_t i = 0; i < parts_.size(); ++i)
    for (graph::ParameterId id = 0; id < form_.entries().size(); ++id) {
      form_.copy_row_major(id, copy_.data() + i * form_.size(), row_major_.data());
      const graph::ParameterSpec& spec = form_.entries()[id].spec;
      write(bytes_of(row_major_.data(), spec.rows * spec.columns));
    }
  const double* from = table_copy_.data();
  for (const StateTable& table : tables_) {
    write(bytes_of(from, table.values.size()));
    from += table.values.size();
  }
  const std::uint64_t digest = digest_of(digests_);
  file_.append(bytes_of(&digest, 1));
  file_.commit();
}

template class StateFile<float>;
template class StateFile<double>;

io::Metadata state_metadata(const StateIdentity& identity,
                            const std::map<std::string, std::string>& notes) {
  io::Metadata metadata(notes.begin(), notes.end());
  metadata[kFormatKey] = kFormat;
  for (const auto& [name, value] : identity) metadata[kIdentityStart + name] = value;
  return metadata;
}

SavedState::SavedState(const std::filesystem::path& path)
    : path_(path.string()), file_(io::read_safetensors(path)) {
  const auto format = metadata().find(kFormatKey);
  if (format == metadata().end()) {
    const bool model = metadata().contains("lithe.network");
    throw Error(ErrorKind::model,
                model ? "this is a model and not the state of a training"
                      : "this is not the state of a training",
                path_, "the file that --state named");
  }
  if (format->second != kFormat)
    throw Error(ErrorKind::model,
                fmt::format("the state has the form {:.20}, and this program reads the form {}",
                            format->second, kFormat),
                path_, "the version of Lithe that wrote it");
  std::vector<std::uint64_t> digests;
  for (const io::TensorView& tensor : file_.tensors())
    if (tensor.name != kDigest) digests.push_back(base::digest_of(tensor.bytes));
  const io::TensorView& digest = find(kDigest, io::Dtype::u64);
  std::uint64_t kept = 0;
  if (digest.bytes.size() != sizeof kept) fail("its digest has another form");
  std::memcpy(&kept, digest.bytes.data(), sizeof kept);
  if (kept != digest_of(digests)) fail("its values are not those that were written");
}

void SavedState::fail(const std::string& problem) const {
  throw Error(ErrorKind::model, "the state is damaged or of another training: " + problem, path_,
              "a copy of the file, or begin anew without --resume");
}

void SavedState::check_identity(const StateIdentity& identity) const {
  for (const auto& [name, value] : identity) {
    const auto kept = metadata().find(kIdentityStart + name);
    if (kept == metadata().end()) fail(fmt::format("it does not say its {}", name));
    if (kept->second != value)
      throw Error(ErrorKind::model,
                  fmt::format("the state is of a training with another {}: '{}', and here '{}'",
                              name, kept->second, value),
                  path_, "the same as before, or begin anew without --resume");
  }
}

const io::TensorView& SavedState::find(const std::string& name, io::Dtype dtype) const {
  const io::TensorView* tensor = file_.find(name);
  if (tensor == nullptr) fail(fmt::format("the array '{}' is missing", name));
  if (tensor->dtype != dtype) fail(fmt::format("the array '{}' is of another type", name));
  return *tensor;
}

std::vector<double> SavedState::table(const std::string& name) const {
  const io::TensorView& tensor = find(name, io::Dtype::f64);
  std::vector<double> values(tensor.bytes.size() / sizeof(double));
  if (!values.empty()) std::memcpy(values.data(), tensor.bytes.data(), tensor.bytes.size());
  return values;
}

template <typename T>
void SavedState::restore(const plan::Parameters<T>& form,
                         std::span<const StatePart<T>> parts) const {
  const auto tensor_of = [&](const StatePart<T>& part,
                             const plan::ParameterEntry& entry) -> const io::TensorView& {
    const io::TensorView& tensor = find(part.prefix + entry.spec.name, kDtype<T>);
    if (tensor.shape != shape_of(entry.spec))
      fail(fmt::format("the array '{}' has another shape", tensor.name));
    return tensor;
  };
  for (const StatePart<T>& part : parts)
    for (const auto& entry : form.entries()) tensor_of(part, entry);
  plan::Parameters<T> whole = form.clone();
  for (const StatePart<T>& part : parts) {
    for (graph::ParameterId id = 0; id < form.entries().size(); ++id) {
      const auto& entry = form.entries()[id];
      std::vector<T> values(entry.spec.rows * entry.spec.columns);
      std::memcpy(values.data(), tensor_of(part, entry).bytes.data(), values.size() * sizeof(T));
      whole.write(id, values);
    }
    std::copy_n(whole.data(), whole.size(), part.values);
  }
}

template void SavedState::restore(const plan::Parameters<float>&,
                                  std::span<const StatePart<float>>) const;
template void SavedState::restore(const plan::Parameters<double>&,
                                  std::span<const StatePart<double>>) const;

}  // namespace lithe::train
