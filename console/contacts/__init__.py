"""Who are the company's customers, under which numbers do they call, and what is written down of them?"""
