document.body.textContent = `the API is at ${import.meta.env.VITE_API_URL}`;
