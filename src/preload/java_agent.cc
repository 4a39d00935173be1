// Tells Lithe from which methods and lines the code of a Java virtual machine comes.
//
// The virtual machine compiles methods while the program runs. It loads this library as an agent
// (-agentpath) and calls it for each method that it has compiled, with the addresses of the code
// and, for each, the method and those that it was inlined into. This is written to a file that
// Lithe holds; program/java_records.h says in which form.
//
// Of the interface (JVM TI, https://docs.oracle.com/en/java/javase/17/docs/specs/jvmti.html) only
// what is used is declared, by the numbers that its specification gives: building needs no JDK.
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "preload/real.h"

namespace lithe::preload {

namespace {

using Method = void*;  // jmethodID
using Class = void*;   // jclass

struct Environment {  // jvmtiEnv
  void* const* functions;
};

struct LineEntry {  // jvmtiLineNumberEntry
  std::int64_t start;
  std::int32_t line;
};

struct AddressLocation {  // jvmtiAddrLocationMap
  const void* start;
  std::int64_t location;
};

// The functions by their numbers, from 1 on.
template <typename... Arguments>
int call(Environment* environment, int number, Arguments... arguments) {
  using Function = int (*)(Environment*, Arguments...);
  return reinterpret_cast<Function>(environment->functions[number - 1])(environment, arguments...);
}

constexpr int kSetNotification = 2, kDeallocate = 47, kClassSignature = 48, kSourceFile = 50,
              kMethodName = 64, kDeclaringClass = 65, kLineTable = 70, kSetCallbacks = 122,
              kAddCapabilities = 142;
constexpr int kFirstEvent = 50, kEvents = 40, kMethodLoad = 68, kCodeGenerated = 70;

// What compilers tell of inlined methods (jvmticmlr.h).
struct CompileRecord {
  int kind, major, minor;
  const CompileRecord* next;
};
constexpr int kInlining = 2;

struct Position {  // PCStackInfo: the innermost method first
  const void* address;
  std::int32_t count;
  Method* methods;
  std::int32_t* locations;
};

struct InlineRecord {
  CompileRecord header;
  std::int32_t count;
  const Position* positions;
};

int output = -1;
std::uint64_t written = 0;
constexpr std::uint64_t kMostWritten = 128 << 20;
pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

// One record, which is written at once.
class Record {
 public:
  template <typename... Arguments>
  bool add(const char* format, Arguments... arguments) {
    const std::size_t left = sizeof(text_) - size_;
    const int count = ::snprintf(text_ + size_, left, format, arguments...);
    if (count < 0 || static_cast<std::size_t>(count) >= left) return false;
    size_ += static_cast<std::size_t>(count);
    return true;
  }

  bool add(const char* text) { return add("%s", text); }

  void begin() { size_ = 0; }
  std::size_t size() const { return size_; }
  void cut(std::size_t size) { size_ = size; }

  void write() {
    if (written + size_ > kMostWritten) return;
    const ssize_t count = ::write(output, text_, size_);
    if (count > 0) written += static_cast<std::uint64_t>(count);
  }

 private:
  char text_[1 << 19];
  std::size_t size_ = 0;
};

// The methods of a record, each with its table of lines.
class Methods {
 public:
  static constexpr int kMost = 256;

  void begin(Environment* environment) {
    for (int i = 0; i < count_; ++i) call(environment_, kDeallocate, lines_[i]);
    environment_ = environment;
    count_ = 0;
  }

  // The number of a method, which is added to the record if it is new; -1: there are too many.
  int number(Method method, Record& record) {
    for (int i = 0; i < count_; ++i)
      if (methods_[i] == method) return i;
    if (count_ == kMost || !describe(method, record)) return -1;
    lines_[count_] = nullptr;
    line_counts_[count_] = 0;
    if (call(environment_, kLineTable, method, &line_counts_[count_], &lines_[count_]) != 0) {
      lines_[count_] = nullptr;
      line_counts_[count_] = 0;
    }
    methods_[count_] = method;
    return count_++;
  }

  int line(int number, std::int64_t location) const {
    std::int64_t best = -1;
    int line = 0;
    for (int i = 0; i < line_counts_[number]; ++i) {
      const LineEntry& entry = lines_[number][i];
      if (entry.start > location || entry.start < best) continue;
      best = entry.start;
      line = entry.line;
    }
    return line;
  }

 private:
  // "M java/util/ArrayList.java\tjava.util.ArrayList.get"
  bool describe(Method method, Record& record) {
    char *name = nullptr, *signature = nullptr, *source = nullptr;
    Class type = nullptr;
    bool fits = false;
    if (call(environment_, kMethodName, method, &name, static_cast<char**>(nullptr),
             static_cast<char**>(nullptr)) == 0 &&
        call(environment_, kDeclaringClass, method, &type) == 0 &&
        call(environment_, kClassSignature, type, &signature, static_cast<char**>(nullptr)) == 0) {
      if (call(environment_, kSourceFile, type, &source) != 0) source = nullptr;
      fits = write(name, signature, source, record);
    }
    for (char* text : {name, signature, source}) call(environment_, kDeallocate, text);
    return fits;
  }

  // `signature` is "Ljava/util/ArrayList;".
  static bool write(const char* name, const char* signature, const char* source, Record& record) {
    if (signature[0] == 'L') ++signature;
    const auto length = static_cast<int>(::strcspn(signature, ";"));
    int folder = 0;
    for (int i = 0; i < length; ++i)
      if (signature[i] == '/') folder = i + 1;
    char type[512];
    ::snprintf(type, sizeof(type), "%.*s", length, signature);
    for (char* c = type; *c != '\0'; ++c)
      if (*c == '/') *c = '.';
    return record.add("M %.*s%s\t%s.%s\n", source == nullptr ? 0 : folder, signature,
                      source == nullptr ? "" : source, type, name);
  }

  Environment* environment_ = nullptr;
  int count_ = 0;
  Method methods_[kMost];
  LineEntry* lines_[kMost];
  std::int32_t line_counts_[kMost];
};

Record record;
Methods methods;

// "L ADDRESS METHOD:LINE METHOD:LINE ...", after the methods that are new in it.
bool add_position(const void* address, int count, const Method* called,
                  const std::int32_t* locations, std::int64_t location) {
  constexpr int kMostFrames = 32;
  int numbers[kMostFrames];
  if (count > kMostFrames) count = kMostFrames;
  for (int i = 0; i < count; ++i) {
    numbers[i] = methods.number(called[i], record);
    if (numbers[i] < 0) return false;
  }
  if (!record.add("L %lx", reinterpret_cast<unsigned long>(address))) return false;
  for (int i = 0; i < count; ++i) {
    const std::int64_t at = locations == nullptr ? location : locations[i];
    if (!record.add(" %d:%d", numbers[i], methods.line(numbers[i], at))) return false;
  }
  return record.add("\n");
}

void add_positions(Method method, int count, const AddressLocation* map, const void* information) {
  const auto* told = static_cast<const CompileRecord*>(information);
  while (told != nullptr && told->kind != kInlining) told = told->next;
  if (told != nullptr) {
    const auto* inlined = reinterpret_cast<const InlineRecord*>(told);
    for (int i = 0; i < inlined->count; ++i) {
      const Position& at = inlined->positions[i];
      const std::size_t before = record.size();
      if (at.count > 0 && !add_position(at.address, at.count, at.methods, at.locations, 0))
        return record.cut(before);
    }
    return;
  }
  for (int i = 0; i < count; ++i) {
    const std::size_t before = record.size();
    if (!add_position(map[i].start, 1, &method, nullptr, map[i].location))
      return record.cut(before);
  }
}

void on_method_load(Environment* environment, Method method, std::int32_t size, const void* code,
                    std::int32_t count, const AddressLocation* map, const void* information) {
  ::pthread_mutex_lock(&lock);
  methods.begin(environment);
  record.begin();
  record.add("C %d %lx %x\n", static_cast<int>(::getpid()), reinterpret_cast<unsigned long>(code),
             static_cast<unsigned>(size));
  // The method itself is the first, for code whose place is not told.
  if (methods.number(method, record) == 0) {
    add_positions(method, count, map, information);
    if (record.add("E\n")) record.write();
  }
  ::pthread_mutex_unlock(&lock);
}

// Code that is no method's: the interpreter, stubs that copy arrays.
void on_code_generated(Environment*, const char* name, const void* code, std::int32_t size) {
  ::pthread_mutex_lock(&lock);
  record.begin();
  if (record.add("D %d %lx %x %.200s\n", static_cast<int>(::getpid()),
                 reinterpret_cast<unsigned long>(code), static_cast<unsigned>(size), name))
    record.write();
  ::pthread_mutex_unlock(&lock);
}

// By the order of the fields of jvmtiCapabilities.
struct Capabilities {
  std::uint32_t bits[4] = {1U << 11 | 1U << 12 | 1U << 27, 0, 0, 0};  // source files, lines, code
};

bool listen(Environment* environment) {
  static void* callbacks[kEvents];
  callbacks[kMethodLoad - kFirstEvent] = reinterpret_cast<void*>(on_method_load);
  callbacks[kCodeGenerated - kFirstEvent] = reinterpret_cast<void*>(on_code_generated);
  const Capabilities capabilities;
  if (call(environment, kAddCapabilities, &capabilities) != 0) return false;
  if (call(environment, kSetCallbacks, static_cast<void*>(callbacks),
           static_cast<std::int32_t>(sizeof(callbacks))) != 0)
    return false;
  constexpr int kEnable = 1;
  bool all = true;
  for (const int event : {kMethodLoad, kCodeGenerated})
    all = all &&
          call(environment, kSetNotification, kEnable, event, static_cast<void*>(nullptr)) == 0;
  return all;
}

}  // namespace

}  // namespace lithe::preload

// Called by the virtual machine (JavaVM) before it begins. `options` is the file's path. Never
// fails, because that would end the program.
LITHE_INTERPOSED int Agent_OnLoad(void* machine, char* options, void* /*reserved*/) {
  using lithe::preload::Environment;
  constexpr int kVersion = 0x30010200, kGetEnvironment = 6;
  using GetEnvironment = int (*)(void*, void**, int);
  lithe::preload::output = ::open(options, O_WRONLY | O_APPEND | O_CLOEXEC);
  if (lithe::preload::output < 0) return 0;
  void* const* functions = *static_cast<void* const* const*>(machine);
  void* environment = nullptr;
  if (reinterpret_cast<GetEnvironment>(functions[kGetEnvironment])(machine, &environment,
                                                                   kVersion) == 0)
    lithe::preload::listen(static_cast<Environment*>(environment));
  return 0;
}
