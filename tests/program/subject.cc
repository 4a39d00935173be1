// A program to look into: what it does is its first argument, and known to the byte.
#include <malloc.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <functional>
#include <latch>
#include <map>
#include <string>
#include <thread>
#include <vector>

namespace {

using Arguments = std::vector<std::string>;

// Where a compiler cannot see that nothing is done with it.
void* volatile seen;

void allocate(std::size_t bytes, std::size_t piece) {
  for (std::size_t done = 0; done < bytes; done += piece) {
    void* memory = std::malloc(piece);
    seen = memory;
    std::free(memory);
  }
}

int number(const Arguments& arguments, std::size_t at) {
  return at < arguments.size() ? std::atoi(arguments[at].c_str()) : 0;
}

void on_threads(int count, const std::function<void()>& work) {
  std::vector<std::thread> threads;
  for (int i = 0; i < count; ++i) threads.emplace_back(work);
  for (std::thread& thread : threads) thread.join();
}

double processor_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

// epochs THREADS EPOCHS BYTES: each thread allocates so many bytes an epoch, 1000 at a time.
int epochs(const Arguments& arguments) {
  for (int epoch = 1; epoch <= number(arguments, 1); ++epoch) {
    on_threads(number(arguments, 0),
               [&] { allocate(static_cast<std::size_t>(number(arguments, 2)), 1000); });
    std::printf("Epoch %d done\n", epoch);
  }
  return 0;
}

// Every way to allocate, 1,000,000 bytes each: seven of the heap and one that is not.
int kinds(const Arguments&) {
  constexpr std::size_t kSize = 1'000'000;
  seen = std::malloc(kSize);
  seen = std::calloc(1000, 1000);
  seen = std::realloc(std::malloc(kSize), kSize);  // twice
  seen = std::aligned_alloc(64, kSize);
  void* memory = nullptr;
  if (::posix_memalign(&memory, 64, kSize) != 0) return 1;
  seen = memory;
  seen = ::memalign(64, kSize);
  seen = ::reallocarray(nullptr, 1000, 1000);
  seen = new char[kSize];
  seen = ::mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  volatile std::size_t too_many = ~std::size_t{0} / 8;
  if (std::calloc(too_many, 16) != nullptr) return 2;
  return std::memcmp(std::calloc(100, 1), "\0\0\0\0\0\0\0", 8) == 0 ? 0 : 3;
}

// Ends as a program does that makes a mistake.
int crash(const Arguments& arguments) {
  allocate(1'000'000, 1000);
  std::puts("Epoch 1");
  return std::raise(arguments.empty() ? SIGSEGV : number(arguments, 0));
}

// fork CHILDREN: each allocates 1,000,000 bytes.
int forks(const Arguments& arguments) {
  int failed = 0;
  for (int i = 0; i < number(arguments, 0); ++i) {
    const pid_t child = ::fork();
    if (child == 0) {
      allocate(1'000'000, 1000);
      ::_exit(0);
    }
    int status = 0;
    failed += child < 0 || ::waitpid(child, &status, 0) != child || status != 0;
  }
  return failed;
}

// exec LEFT: allocates 1,000,000 bytes and becomes itself with one less to go.
int execs(const Arguments& arguments) {
  allocate(1'000'000, 1000);
  const int left = number(arguments, 0);
  if (left == 0) return 0;
  const std::string next = std::to_string(left - 1);
  ::execl("/proc/self/exe", "subject", "exec", next.c_str(), static_cast<char*>(nullptr));
  return 1;
}

// Takes away all that it was not given by name.
int closes(const Arguments&) {
  for (int i = 3; i < 1024; ++i) ::close(i);
  allocate(1'000'000, 1000);
  return std::puts("Epoch 1") < 0;
}

// threads COUNT: all alive at once, each with 1000 bytes.
int threads(const Arguments& arguments) {
  const int count = number(arguments, 0);
  std::latch all_there(count);
  on_threads(count, [&] {
    allocate(1000, 1000);
    all_there.arrive_and_wait();
  });
  return 0;
}

// lines COUNT: many of no interest, and an epoch every tenth of them.
int lines(const Arguments& arguments) {
  const int count = number(arguments, 0);
  for (int i = 0; i < count; ++i) {
    std::printf("%d a line of some length that is of no interest to anybody at all\n", i);
    if ((i + 1) % (count / 10) == 0) std::printf("EPOCH %d\n", i);
  }
  return 0;
}

void burn(double until) {
  volatile double x = 1;
  while (processor_seconds() < until) x = x * 1.0000001;
}

// Computes on one thread while another waits in calls that a signal would interrupt.
int waits(const Arguments&) {
  std::atomic<bool> done{false};
  std::atomic<int> interrupted{0};
  std::thread waiting([&] {
    while (!done) interrupted += ::poll(nullptr, 0, 20) != 0 || ::usleep(1000) != 0;
  });
  burn(0.3);
  done = true;
  waiting.join();
  return interrupted == 0 ? 0 : 1;
}

// spin MILLISECONDS: of processor time, in a loop that tells the processor that it spins.
int spins(const Arguments& arguments) {
  const double until = processor_seconds() + number(arguments, 0) / 1000.0;
  while (processor_seconds() < until)
    for (int i = 0; i < 100'000; ++i)
#if defined(__x86_64__)
      __builtin_ia32_pause();
#elif defined(__aarch64__)
      asm volatile("yield");
#else
      seen = nullptr;
#endif
  return 0;
}

int burns(const Arguments& arguments) {
  burn(number(arguments, 0) / 1000.0);
  return 0;
}

volatile std::sig_atomic_t asked = 0;

// Says that it is ready, and ends with 7 when it is interrupted or told to end.
int interrupts(const Arguments&) {
  for (const int signal : {SIGINT, SIGTERM}) std::signal(signal, [](int) { asked = 1; });
  std::puts("ready");
  std::fflush(stdout);
  for (int i = 0; i < 3000 && asked == 0; ++i) ::usleep(10'000);
  return asked != 0 ? 7 : 1;
}

// Writes in every way that there is; each line but one is an epoch.
int writes(const Arguments&) {
  std::setvbuf(stdout, nullptr, _IOFBF, 1 << 16);
  std::printf("epoch %s %d\n", "printf", 1);
  std::puts("epoch puts");
  std::fputs("epoch fputs\n", stdout);
  std::fprintf(stdout, "epoch fprintf %d\n", 1);
  std::fwrite("epoch fwrite\n", 1, 13, stdout);
  for (const char c : std::string("epoch putc\n")) std::putc(c, stdout);
  for (const char c : std::string("epoch putchar\n")) std::putchar(c);
  std::printf("not an epoch\n");
  std::fflush(stdout);
  const bool done = ::write(STDOUT_FILENO, "epo", 3) == 3 && ::write(STDOUT_FILENO, "ch\n", 3) == 3;
  return done ? 0 : 1;
}

int exits(const Arguments& arguments) { return number(arguments, 0); }

}  // namespace

int main(int count, char** values) {
  const std::map<std::string, int (*)(const Arguments&)> all = {
      {"epochs", epochs}, {"kinds", kinds},  {"crash", crash},     {"fork", forks},
      {"exec", execs},    {"close", closes}, {"threads", threads}, {"lines", lines},
      {"wait", waits},    {"spin", spins},   {"burn", burns},      {"interrupt", interrupts},
      {"write", writes},  {"exit", exits},
  };
  const auto found = all.find(count > 1 ? values[1] : "");
  return found == all.end() ? 64 : found->second(Arguments(values + 2, values + count));
}
