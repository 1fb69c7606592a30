/* Peer of `cask bench tasks`: a flow graph of oneTBB, a continue_node for each task. */
#include "shapes.h"

#include <deque>
#include <tbb/flow_graph.h>
#include <tbb/global_control.h>

using node = tbb::flow::continue_node<tbb::flow::continue_msg>;

static void run(const bench *b)
{
    tbb::flow::graph graph;
    std::deque<node> nodes;
    std::deque<int> roots;
    const long work = b->work;
    for (int task = 0; task < b->tasks; task++) {
        nodes.emplace_back(graph, [work](const tbb::flow::continue_msg &message) {
            bench_work(work);
            return message;
        });
        int needs[MOST_NEEDS], count = bench_needs(b, task, needs);
        for (int i = 0; i < count; i++)
            tbb::flow::make_edge(nodes[(size_t)needs[i]], nodes[(size_t)task]);
        if (count == 0)
            roots.push_back(task);
    }
    for (int task : roots)
        nodes[(size_t)task].try_put(tbb::flow::continue_msg());
    graph.wait_for_all();
}

int main(int argc, char **argv)
{
    bench b = bench_read(argc, argv);
    tbb::global_control control(tbb::global_control::max_allowed_parallelism, (size_t)b.threads);
    bench_run(&b, run);
    return 0;
}
